/*
 * wrap.c - C text for people: no line of more than 120 columns where C has a place for a break.
 *
 * The printers write what belongs together as one line, however long: a record, a table's row, a call with all its
 * arguments. Here such lines are broken after commas, semicolons and braces, before operators, between the words of a
 * comment; where there is nothing of that kind, at any other space or after an opening parenthesis. Of several places
 * the last one in the fewest parentheses is taken, if that fills half the line. String literals are cut into pieces
 * first, which C joins again.
 *
 * Invariant: tokens stay what they are, but for those pieces. A long name stays as long as it is.
 */
#include "emitter.h"

#include <string.h>

enum { MOST_COLUMNS = 120, TAB = 4, PIECE = 80 };

/* Where in a line a reader of it is. */
typedef struct State { char quote; bool comment; int depth, column; } State;

static int width(const char *s, const char *end)
{
	int n = 0;
	for (; s < end; s++)
		n += *s == '\t' ? TAB : ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Has the text more columns than that? Looks no further. */
static bool is_wider(const char *s, const char *end, int columns)
{
	for (int n = 0; s < end; s++)
		if ((n += width(s, s + 1)) > columns)
			return true;
	return false;
}

static bool is_octal(char c) { return c >= '0' && c <= '7'; }

/* Behind one character, or one that is escaped in quotes. */
static const char *advance(State *state, const char *s, const char *end)
{
	const char *next = s + 1;
	if (state->comment) {
		if (*s == '*' && next < end && *next == '/') {
			state->comment = false;
			next++;
		}
	} else if (state->quote) {
		if (*s == '\\' && next < end)
			for (next++; is_octal(s[1]) && next < end && next < s + 4 && is_octal(*next);)
				next++;
		else if (*s == state->quote)
			state->quote = '\0';
	} else if (*s == '"' || *s == '\'') {
		state->quote = *s;
	} else if (*s == '/' && next < end && *next == '*') {
		state->comment = true;
		next++;
	} else {
		state->depth += (*s == '(' || *s == '{' || *s == '[') - (*s == ')' || *s == '}' || *s == ']');
	}
	state->column += width(s, next);
	return next;
}

/* How good a place for a break is before s: 3 best, 0 none. */
static int rank_of(const State *state, const char *line, const char *s, const char *end)
{
	static const char *const operators[] = {"&& ", "|| ", "? ", ": ", "+ ", "- ", "| ", "& ", "== ", "!= ", "< ", "> ",
		"goto ", "case "};
	if (s <= line + 1 || state->quote)
		return 0;
	if (s[-1] == '(' && !state->comment)
		return 1;
	if (s[-1] != ' ')
		return 0;
	if (state->comment || strchr(",;{}", s[-2]) || (s[-2] == '"' && *s == '"'))
		return 3;
	for (int i = 0; i < COUNT_OF(operators); i++)
		if ((size_t)(end - s) > strlen(operators[i]) && memcmp(s, operators[i], strlen(operators[i])) == 0)
			return 3;
	return s[-2] == '=' || s[-2] == ')' ? 2 : 1;
}

/* Where the next line begins; NULL: nowhere. */
static const char *find_break(const char *line, const char *end, State state, int room)
{
	const char *best = NULL;
	int best_rank = 0, best_depth = 0, start = state.column;
	for (const char *s = line; s < end && state.column <= room; s = advance(&state, s, end)) {
		int rank = *s == ' ' ? 0 : rank_of(&state, line, s, end);
		bool far = state.column > start + (room - start) / 2;
		if (rank == 3 && !far)
			rank = 2;       /* better than in the middle of an expression */
		if (rank > best_rank || (rank && rank == best_rank && (rank < 3 || state.depth <= best_depth))) {
			best = s;
			best_rank = rank;
			best_depth = state.depth;
		}
	}
	return best;
}

static bool ends_in_comment(const char *s, const char *end, bool comment)
{
	State state = {.comment = comment};
	while (s < end)
		s = advance(&state, s, end);
	return state.comment;
}

/* The line with its long string literals in pieces. */
static void cut_strings(Buf *out, const char *s, const char *end, bool comment)
{
	State state = {.comment = comment};
	int piece = 0;
	while (s < end) {
		char quote = state.quote;
		const char *next = advance(&state, s, end);
		bool inside = quote == '"' && state.quote == '"';
		int size = width(s, next);
		piece = inside ? piece + size : 0;
		if (piece > PIECE) {
			buf_str(out, "\" \"");
			piece = size;
		}
		buf_bytes(out, s, (size_t)(next - s));
		s = next;
	}
}

/* One line without its end; those of a macro are continued. */
static void wrap_line(Buf *out, const char *line, const char *end, bool comment)
{
	bool macro = end - line > 8 && memcmp(line, "#define ", 8) == 0;
	int room = macro ? MOST_COLUMNS - 2 : MOST_COLUMNS, tabs = 0;
	while (line + tabs < end && line[tabs] == '\t')
		tabs++;
	buf_bytes(out, line, (size_t)tabs);
	line += tabs;
	for (int column = tabs * TAB; (*line != '#' || macro) && is_wider(line, end, MOST_COLUMNS - column);) {
		const char *at = find_break(line, end, (State){.comment = comment, .column = column}, room);
		if (!at)
			break;
		size_t n = (size_t)(at - line);
		while (n > 0 && line[n - 1] == ' ')
			n--;
		buf_bytes(out, line, n);
		buf_str(out, macro ? " \\\n" : "\n");
		for (int i = 0; i <= tabs; i++)
			buf_char(out, '\t');
		comment = ends_in_comment(line, at, comment);
		line = at;
		column = (tabs + 1) * TAB;
	}
	buf_bytes(out, line, (size_t)(end - line));
	buf_char(out, '\n');
}

const char *wrap_lines(Arena *arena, const char *text)
{
	Buf out, cut;
	bool comment = false;
	buf_init(&out, arena);
	buf_init(&cut, arena);
	buf_str(&out, "");
	for (const char *line = text; *line;) {
		const char *end = strchr(line, '\n');
		end = end ? end : line + strlen(line);
		if (width(line, end) > MOST_COLUMNS) {
			cut.len = 0;
			cut_strings(&cut, line, end, comment);
			wrap_line(&out, cut.s, cut.s + cut.len, comment);
		} else {
			wrap_line(&out, line, end, comment);
		}
		comment = ends_in_comment(line, end, comment);
		line = *end ? end + 1 : end;
	}
	return out.s;
}
