/*
 * version.c - gol version: of gol itself, and of programs that gol or Go built (build_info.c says what is in them).
 *
 * Programs are files from anywhere, so nothing in them is believed: every offset and size is checked against the
 * file, and what does not fit is no program of Go's. Read are ELF files of 64 bits, little-endian, whose strings
 * stand behind the header, as Go writes them since 1.18.
 */
#include "build_info.h"
#include "json.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTION_LIMIT = 1 << 16, INFO_LIMIT = 64 << 20 };

typedef struct Version { Driver *d; bool modules, all, json; int status; } Version;
typedef struct Info { const char *version, *lines; } Info;      /* both text; lines "" if there are none */

/* ---- ELF --------------------------------------------------------------------------------------- */

static bool read_at(int fd, void *to, size_t size, uint64_t offset)
{
	return offset <= INT64_MAX - size && pread(fd, to, size, (off_t)offset) == (ssize_t)size;
}

static bool is_name(int fd, const Elf64_Shdr *names, uint32_t at, const char *wanted)
{
	char name[32] = {0};
	size_t n = strlen(wanted) + 1;
	return at <= names->sh_size && names->sh_size - at >= n && read_at(fd, name, n, names->sh_offset + at) &&
		strcmp(name, wanted) == 0;
}

/* The section with the information, else the first segment with variables. */
static bool find_data(int fd, const Elf64_Ehdr *h, uint64_t *offset, uint64_t *size)
{
	Elf64_Shdr names, s;
	Elf64_Phdr p;
	bool named = h->e_shstrndx < h->e_shnum && h->e_shentsize == sizeof names &&
	             read_at(fd, &names, sizeof names, h->e_shoff + (uint64_t)h->e_shstrndx * sizeof names);
	for (uint64_t i = 0; named && i < h->e_shnum; i++)
		if (read_at(fd, &s, sizeof s, h->e_shoff + i * sizeof s) && is_name(fd, &names, s.sh_name, ".go.buildinfo")) {
			*offset = s.sh_offset;
			*size = s.sh_size;
			return true;
		}
	for (uint64_t i = 0; h->e_phentsize == sizeof p && i < h->e_phnum; i++)
		if (read_at(fd, &p, sizeof p, h->e_phoff + i * sizeof p) && p.p_type == PT_LOAD &&
		    (p.p_flags & (PF_X | PF_W)) == PF_W) {
			*offset = p.p_offset;
			*size = p.p_filesz;
			return true;
		}
	return false;
}

/* ---- the information ----------------------------------------------------------------------------- */

/* The string at *p, moving on; NULL if it does not end before `end`. */
static const char *take_string(Compiler *c, const char **p, const char *end, size_t *n)
{
	uint64_t size = 0;
	int shift = 0;
	bool more = true;
	for (; more && *p < end && shift < 35; shift += 7) {
		more = (unsigned char)**p & 0x80;
		size |= (uint64_t)((unsigned char)*(*p)++ & 0x7f) << shift;
	}
	if (more || size > (uint64_t)(end - *p))
		return NULL;
	const char *s = arena_strndup(c->arena, *p, size);
	*p += size;
	*n = size;
	return s;
}

static const char *parse_info(Compiler *c, const char *bytes, size_t size, Info *info)
{
	static const char none[] = "not a Go executable";
	const char *p = bytes, *end = bytes + size;
	size_t n = strlen(BUILD_INFO_MAGIC);
	while (end - p >= BUILD_INFO_HEADER && memcmp(p, BUILD_INFO_MAGIC, n) != 0)
		p += 16;
	if (end - p < BUILD_INFO_HEADER || !(p[n + 1] & BUILD_INFO_INLINE))
		return none;
	p += BUILD_INFO_HEADER;
	info->version = take_string(c, &p, end, &n);
	if (!info->version || n == 0)
		return none;
	const char *lines = take_string(c, &p, end, &n);
	info->lines = "";
	if (lines && n > 2 * BUILD_INFO_MARK && lines[n - BUILD_INFO_MARK - 1] == '\n')
		info->lines = arena_strndup(c->arena, lines + BUILD_INFO_MARK, n - 2 * BUILD_INFO_MARK);
	return NULL;
}

/* NULL, or what is wrong with the file. */
static const char *read_info(Compiler *c, int fd, Info *info)
{
	Elf64_Ehdr h;
	uint64_t offset, size;
	if (!read_at(fd, &h, sizeof h, 0) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
	    h.e_ident[EI_DATA] != ELFDATA2LSB)
		return "unrecognized file format";
	struct stat st;
	if (fstat(fd, &st) != 0 ||
	    (h.e_shnum && (h.e_shoff > (uint64_t)st.st_size ||
	                   (uint64_t)st.st_size - h.e_shoff < (uint64_t)h.e_shnum * h.e_shentsize)))
		return "unrecognized file format";
	if (!find_data(fd, &h, &offset, &size) || size > INFO_LIMIT)
		return "not a Go executable";
	char *bytes = arena_alloc(c->arena, size + 1);
	return read_at(fd, bytes, size, offset) ? parse_info(c, bytes, size, info) : "not a Go executable";
}

/* ---- printing ------------------------------------------------------------------------------------- */

static void print_lines(const char *lines)
{
	for (const char *p = lines; *p; p += strcspn(p, "\n"), p += *p == '\n')
		printf("\t%.*s\n", (int)strcspn(p, "\n"), p);
}

typedef struct Fields { const char *items[4]; int count; } Fields;

/* The line at *p, moving on, in its fields; of build lines the rest is one field. */
static Fields take_fields(Compiler *c, const char **p)
{
	Fields f = {0};
	const char *s = *p, *end = s + strcspn(s, "\n");
	*p = end + (*end == '\n');
	while (s <= end && f.count < COUNT_OF(f.items)) {
		bool last = f.count == 1 && strcmp(f.items[0], "build") == 0;
		const char *tab = last ? NULL : memchr(s, '\t', (size_t)(end - s));
		const char *stop = tab ? tab : end;
		f.items[f.count++] = arena_strndup(c->arena, s, (size_t)(stop - s));
		s = stop + 1;
	}
	for (int i = f.count; i < COUNT_OF(f.items); i++)
		f.items[i] = "";
	return f;
}

typedef struct Member { const char *name, *value; } Member;

/* An object of those members that are not empty; without its last line. */
static void add_members(Buf *b, const char *indent, const Member *members, int count)
{
	const char *separator = "";
	buf_char(b, '{');
	for (int i = 0; i < count; i++) {
		if (!*members[i].value)
			continue;
		buf_printf(b, "%s\n%s\t\"%s\": ", separator, indent, members[i].name);
		json_string(b, members[i].value);
		separator = ",";
	}
}

static void add_module(Buf *b, const char *indent, const Fields *f)
{
	const Member members[] = {{"Path", f->items[1]}, {"Version", f->items[2]}, {"Sum", f->items[3]}};
	add_members(b, indent, members, COUNT_OF(members));
}

/* The module at *p and what replaces it. */
static void add_whole_module(Compiler *c, Buf *b, const char *indent, const Fields *f, const char **p)
{
	add_module(b, indent, f);
	if (strncmp(*p, "=>\t", 3) == 0) {
		Fields replacement = take_fields(c, p);
		const char *inner = arena_printf(c->arena, "%s\t", indent);
		buf_printf(b, ",\n%s\"Replace\": ", inner);
		add_module(b, inner, &replacement);
		buf_printf(b, "\n%s}", inner);
	}
	buf_printf(b, "\n%s}", indent);
}

static void add_setting(Compiler *c, Buf *b, const char *text)
{
	size_t n = strcspn(text, "="), size;
	const char *value = text[n] ? text + n + 1 : "";
	if (*value == '"' && value[1] && value[strlen(value) - 1] == '"')
		value = const_string_value(const_from_literal(c, value, strlen(value), LIT_STRING), &size);
	const Member members[] = {{"Key", arena_strndup(c->arena, text, n)}, {"Value", value}};
	add_members(b, "\t\t", members, COUNT_OF(members));
	buf_str(b, "\n\t\t}");
}

static void print_json(Compiler *c, const Info *info)
{
	Buf dependencies, settings, main, out;
	Buf *all[] = {&dependencies, &settings, &main, &out};
	for (int i = 0; i < COUNT_OF(all); i++)
		buf_init(all[i], c->arena);
	const char *path = "";
	for (const char *p = info->lines; *p;) {
		Fields f = take_fields(c, &p);
		bool is_dependency = strcmp(f.items[0], "dep") == 0, is_setting = strcmp(f.items[0], "build") == 0;
		if (strcmp(f.items[0], "path") == 0)
			path = f.items[1];
		else if (strcmp(f.items[0], "mod") == 0)
			add_whole_module(c, &main, "\t", &f, &p);
		if (is_dependency || is_setting)
			buf_str(is_dependency ? &dependencies : &settings,
			        (is_dependency ? &dependencies : &settings)->len ? ",\n\t\t" : "\n\t\t");
		if (is_dependency)
			add_whole_module(c, &dependencies, "\t\t", &f, &p);
		else if (is_setting)
			add_setting(c, &settings, f.items[1]);
	}
	const Member members[] = {{"GoVersion", info->version}, {"Path", path}};
	add_members(&out, "", members, COUNT_OF(members));
	buf_printf(&out, ",\n\t\"Main\": %s", main.len ? main.s : "{}");
	if (dependencies.len)
		buf_printf(&out, ",\n\t\"Deps\": [%s\n\t]", dependencies.s);
	if (settings.len)
		buf_printf(&out, ",\n\t\"Settings\": [%s\n\t]", settings.s);
	printf("%s\n}\n", out.s);
}

/* ---- files ----------------------------------------------------------------------------------------- */

/* By its mode and name: would one expect a program? */
static bool looks_like_program(const char *path, const struct stat *st)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
	if (S_ISREG(st->st_mode) && (st->st_mode & 0111))
		return true;
	if (dot && (strcasecmp(dot, ".so") == 0 || strcasecmp(dot, ".exe") == 0 || strcasecmp(dot, ".dll") == 0))
		return true;
	return strstr(path, ".so.") != NULL;
}

/* Says what is in the file; complain: what is wrong with it, too. */
static bool show_file(Version *v, const char *path, const struct stat *st, bool complain)
{
	Info info;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (complain)
			fprintf(stderr, "%s\n", path);
		return false;
	}
	const char *fault = read_info(v->d->c, fd, &info);
	close(fd);
	if (fault) {
		if (complain && looks_like_program(path, st))
			fprintf(stderr, "%s: could not read Go build info from %s: %s\n", path, path, fault);
		return false;
	}
	if (v->modules && v->json) {
		print_json(v->d->c, &info);
	} else {
		printf("%s: %s\n", path, info.version);
		if (v->modules)
			print_lines(info.lines);
	}
	fflush(stdout);
	return true;
}

static void show_folder(Version *v, const char *dir)
{
	struct dirent **list;
	int count = scandir(dir, &list, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *name = list[i]->d_name;
		size_t n = strlen(dir);
		const char *path = strcmp(dir, ".") == 0 ? arena_printf(v->d->c->arena, "%s", name) :
			arena_printf(v->d->c->arena, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
		struct stat st;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			show_folder(v, path);
		else if (S_ISREG(st.st_mode) || (S_ISLNK(st.st_mode) && stat(path, &st) == 0 && S_ISREG(st.st_mode)))
			show_file(v, path, &st, v->all);
		else if (S_ISLNK(st.st_mode) && v->all)
			fprintf(stderr, "%s: symlink\n", path);
	}
	while (count > 0)
		free(list[--count]);
	if (count == 0)
		free(list);
}

static void show(Version *v, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		fprintf(stderr, "stat %s: %s\n", path, reason(v->d, errno));
		v->status = EXIT_ERROR;
	} else if (S_ISDIR(st.st_mode)) {
		show_folder(v, path);
	} else if (!show_file(v, path, &st, true) && v->modules) {
		v->status = EXIT_ERROR;
	}
}

/* ---- the command -------------------------------------------------------------------------------------- */

static int only_with_arguments(const Version *v)
{
	const char *flag = v->modules ? "-m" : v->all ? "-v" : "-json";
	fprintf(stderr, "gol: 'gol version' only accepts %s flag with arguments\n", flag);
	return EXIT_USAGE;
}

int version_command(Driver *d, int argc, char **argv)
{
	Version v = {.d = d};
	int i = 0;
	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *name = argv[i] + 1 + (argv[i][1] == '-');
		bool *flag = strcmp(name, "m") == 0 ? &v.modules : strcmp(name, "v") == 0 ? &v.all :
			strcmp(name, "json") == 0 ? &v.json : NULL;
		if (!flag)
			return undefined_flag(d, argv[i]);
		*flag = true;
	}
	if (i == argc && (v.modules || v.all || v.json))
		return only_with_arguments(&v);
	if (i == argc)
		puts("gol version gol" GOL_VERSION " linux/" GOL_ARCH);
	if (i < argc && v.json && !v.modules) {
		fprintf(stderr, "gol: 'gol version' with -json flag requires -m flag\n");
		return EXIT_USAGE;
	}
	for (; i < argc; i++)
		show(&v, argv[i]);
	return v.status;
}
