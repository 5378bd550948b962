/*
 * flags.h - flags as Go's commands read them: -name, --name, -name=value, -name value; $GOFLAGS before them.
 */
#ifndef GOL_FLAGS_H
#define GOL_FLAGS_H

#include "driver.h"

/* Commands that take flags from the table of options.c, as bits: a row says whose it is. */
enum {
	OF_BUILD = 1, OF_INSTALL = 2, OF_RUN = 4, OF_TEST = 8, OF_LIST = 16, OF_VET = 32, OF_CLEAN = 64, OF_GENERATE = 128,
	OF_FMT = 256, OF_EXPLAIN = 512,
	OF_ALL = OF_BUILD | OF_INSTALL | OF_RUN | OF_TEST | OF_LIST | OF_VET | OF_CLEAN | OF_GENERATE | OF_EXPLAIN,
	OF_COMPILING = OF_BUILD | OF_INSTALL | OF_RUN | OF_TEST,
};

typedef enum {
	FLAG_BOOL, FLAG_TEXT, FLAG_NUMBER, FLAG_EMIT, FLAG_COMPILER, FLAG_LINKER, FLAG_REMARKS, FLAG_VCS, FLAG_TAGS,
		FLAG_GCCGO,
	FLAG_CHOICE,                    /* target: a Choice */
	FLAG_OPTIONAL,                  /* text; "" where the flag stands alone */
	FLAG_REFUSED_BOOL, FLAG_REFUSED, FLAG_SO_ALREADY_BOOL, FLAG_SO_ALREADY, FLAG_FIRST,
} FlagKind;

/* lists end with NULL */
typedef struct Choice { const char *const *taken, *const *refused; const char **target; } Choice;
typedef struct Flag { const char *name; FlagKind kind; unsigned verbs; const void *target; } Flag;
enum { FLAG_LIMIT = 96 };

/* A word of the command line or of $GOFLAGS being read: messages tell them apart. */
typedef struct FlagReader { Driver *d; bool from_environment; } FlagReader;

/* options.c: fills flags, which has room for FLAG_LIMIT, with those of the command; how many. */
int list_flags(Driver *d, Flag *flags);
/* options.c: what a flag's value means; an exit status. */
int set_flag(const FlagReader *r, const Flag *f, const char *value);

/* Flags from argv[*i] on; *i: the first word that is none. An exit status. */
int read_flags(Driver *d, int argc, char **argv, int *i);
int read_environment_flags(Driver *d);
/* The same a flag at a time, for commands that have others too: is the word one of the table's? */
bool is_flag(Driver *d, const char *word);
int read_one_flag(const FlagReader *r, int argc, char **argv, int *i);
/* For commands whose flags are not in the table: reads those of a list of their own, and takes them away. */
int read_own_flags(Driver *d, const Flag *flags, int count, int *argc, char ***argv);
int read_own_environment_flags(Driver *d, const Flag *flags, int count);
/* The words of $GOFLAGS, each a flag of some command. */
int environment_words(Driver *d, Arguments *words);
/* "invalid value ..."; kind is "boolean " or "". */
int bad_flag_value(const FlagReader *r, const char *kind, const char *value, const char *name, const char *why);
bool parse_bool(const char *value, bool *result);       /* as strconv.ParseBool; false: it is none */
int set_bool(const FlagReader *r, const Flag *f, const char *value);

/* The next word of a list, out of its quotes; NULL at the end, or with *quote set where a quote is not closed. A word
 * that begins with a quote ends at the next one. */
char *next_word(char **rest, char *quote);

#endif
