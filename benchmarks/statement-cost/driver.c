/*
 * Runs the statements that `statement-cost --export` has written, with nothing around them: what is counted while a phase_ function runs is SQLite, the
 * C library under it, and the binding of values. Linked against the engine that the package brings.
 *
 *   driver DIRECTORY DATABASE      DIRECTORY has schema.sql and statements.tsv; DATABASE must not exist.
 *
 * Prints each phase with its tasks and their steps of SQLite's virtual machine, and each statement with how often the phases run it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of sqlite3.h that is used: a header of the system may be of another version. */
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
extern const char *sqlite3_libversion(void);
extern const char *sqlite3_errmsg(sqlite3 *);
extern int sqlite3_open_v2(const char *, sqlite3 **, int, const char *);
extern int sqlite3_close_v2(sqlite3 *);
extern int sqlite3_db_config(sqlite3 *, int, ...);
extern int sqlite3_exec(sqlite3 *, const char *, void *, void *, char **);
extern int sqlite3_prepare_v3(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **);
extern int sqlite3_bind_null(sqlite3_stmt *, int);
extern int sqlite3_bind_int64(sqlite3_stmt *, int, int64_t);
extern int sqlite3_bind_double(sqlite3_stmt *, int, double);
extern int sqlite3_bind_text(sqlite3_stmt *, int, const char *, int, void (*)(void *));
extern int sqlite3_bind_blob(sqlite3_stmt *, int, const void *, int, void (*)(void *));
extern int sqlite3_step(sqlite3_stmt *);
extern int sqlite3_reset(sqlite3_stmt *);
extern int sqlite3_finalize(sqlite3_stmt *);
extern int sqlite3_column_count(sqlite3_stmt *);
extern int sqlite3_column_type(sqlite3_stmt *, int);
extern int64_t sqlite3_column_int64(sqlite3_stmt *, int);
extern const unsigned char *sqlite3_column_text(sqlite3_stmt *, int);
extern const void *sqlite3_column_blob(sqlite3_stmt *, int);
extern int sqlite3_column_bytes(sqlite3_stmt *, int);
extern int sqlite3_stmt_status(sqlite3_stmt *, int, int);

enum { OPEN_READWRITE = 2, OPEN_CREATE = 4, OPEN_NOMUTEX = 0x8000, OPEN_FULLMUTEX = 0x10000 };
enum { ROW = 100, DONE = 101, PREPARE_PERSISTENT = 1, STATUS_VM_STEP = 4, DBCONFIG_ENABLE_QPSG = 1007 };
enum { INTEGER = 1, FLOAT = 2, TEXT = 3, BLOB = 4, NUL = 5 };
enum { MOST_STATEMENTS = 100, MOST_VALUES = 10000 };
#define TRANSIENT ((void (*)(void *))-1)

struct value { int type; int length; int64_t number; double real; char *bytes; };
struct execution { int statement; int count; struct value *values; };
struct part { const char *phase; int tasks; size_t first; size_t end; };

static sqlite3 *db;
static sqlite3_stmt *statements[MOST_STATEMENTS];
static int prepared;
static long executed[MOST_STATEMENTS];
static struct execution *executions;
static size_t execution_count;
static struct part *parts;
static size_t part_count;
static volatile int64_t read_back;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "");
  exit(1);
}

static void *grow(void *array, size_t count, size_t size) {
  /* Doubles at each power of two. */
  if (count & (count - 1)) return array;
  array = realloc(array, (count ? 2 * count : 1) * size);
  if (!array) fail("out of memory");
  return array;
}

static char *read_file(const char *directory, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  char *text = malloc(length + 1);
  if (!text || fread(text, 1, length, file) != (size_t)length) fail(path);
  text[length] = 0;
  fclose(file);
  return text;
}

/* Cuts the text at the next separator, and moves behind it. */
static char *next(char **rest, char separator) {
  char *start = *rest;
  if (!start) return NULL;
  char *end = strchr(start, separator);
  *rest = end ? end + 1 : NULL;
  if (end) *end = 0;
  return start;
}

static int digit(char hex) {
  return hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}

static struct value parse(char *literal) {
  struct value value = {0};
  size_t length = strlen(literal);
  if (!strcmp(literal, "NULL")) {
    value.type = NUL;
  } else if (literal[0] == 'x' || !strncmp(literal, "zeroblob(", 9)) {
    value.type = BLOB;
    value.length = literal[0] == 'x' ? (int)(length - 3) / 2 : atoi(literal + 9);
    value.bytes = calloc(value.length + 1, 1);
    for (int i = 0; literal[0] == 'x' && i < value.length; i++) value.bytes[i] = (char)(digit(literal[2 + 2 * i]) << 4 | digit(literal[3 + 2 * i]));
  } else if (literal[0] == '\'') {
    value.type = TEXT;
    value.bytes = malloc(length);
    for (size_t i = 1; i + 1 < length; i++) {
      value.bytes[value.length++] = literal[i];
      if (literal[i] == '\'') i++;
    }
  } else if (strpbrk(literal, ".eE")) {
    value.type = FLOAT;
    value.real = atof(literal);
  } else {
    value.type = INTEGER;
    value.number = atoll(literal);
  }
  return value;
}

static void read_execution(char *rest) {
  static struct value values[MOST_VALUES];
  struct execution execution = {.statement = atoi(next(&rest, '\t'))};
  for (char *literal; (literal = next(&rest, '\t'));) {
    if (execution.count == MOST_VALUES) fail("too many values");
    values[execution.count++] = parse(literal);
  }
  execution.values = malloc((execution.count + 1) * sizeof *values);
  memcpy(execution.values, values, execution.count * sizeof *values);
  executions = grow(executions, execution_count, sizeof *executions);
  executions[execution_count++] = execution;
}

static void prepare(char *rest) {
  int number = atoi(next(&rest, '\t'));
  if (number != prepared || number == MOST_STATEMENTS) fail("statements are not numbered in order");
  if (sqlite3_prepare_v3(db, rest, -1, PREPARE_PERSISTENT, &statements[prepared++], NULL)) fail(rest);
}

static void read_statements(char *text) {
  for (char *line; (line = next(&text, '\n')) && *line;) {
    char *kind = next(&line, '\t');
    if (!strcmp(kind, "sql")) {
      prepare(line);
    } else if (!strcmp(kind, "run")) {
      read_execution(line);
      parts[part_count - 1].end = execution_count;
    } else if (!strcmp(kind, "phase")) {
      char *name = next(&line, '\t');
      parts = grow(parts, part_count, sizeof *parts);
      parts[part_count++] = (struct part){name, atoi(line), execution_count, execution_count};
    }
  }
}

static void bind(sqlite3_stmt *statement, int index, const struct value *value) {
  switch (value->type) {
    case INTEGER: sqlite3_bind_int64(statement, index, value->number); break;
    case FLOAT: sqlite3_bind_double(statement, index, value->real); break;
    case TEXT: sqlite3_bind_text(statement, index, value->bytes, value->length, TRANSIENT); break;
    case BLOB: sqlite3_bind_blob(statement, index, value->bytes, value->length, TRANSIENT); break;
    default: sqlite3_bind_null(statement, index);
  }
}

static void read_row(sqlite3_stmt *statement) {
  for (int column = sqlite3_column_count(statement); column-- > 0;) {
    switch (sqlite3_column_type(statement, column)) {
      case INTEGER: read_back += sqlite3_column_int64(statement, column); break;
      case TEXT: read_back += sqlite3_column_text(statement, column)[0]; break;
      case BLOB: read_back += sqlite3_column_blob(statement, column) != NULL; read_back += sqlite3_column_bytes(statement, column); break;
    }
  }
}

static void execute(const struct execution *execution) {
  sqlite3_stmt *statement = statements[execution->statement];
  for (int value = 0; value < execution->count; value++) bind(statement, value + 1, &execution->values[value]);
  int code;
  while ((code = sqlite3_step(statement)) == ROW) read_row(statement);
  if (code != DONE) fail("a statement failed");
  sqlite3_reset(statement);
}

/* One function for each statement, and below for each phase: their costs are told apart by their names. */
#define ONE(n) __attribute__((noinline)) void statement_##n(const struct execution *execution) { execute(execution); __asm__(""); }
#define TEN(n) ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9)
#define NAME(n) statement_##n,
#define TEN_NAMES(n) NAME(n##0) NAME(n##1) NAME(n##2) NAME(n##3) NAME(n##4) NAME(n##5) NAME(n##6) NAME(n##7) NAME(n##8) NAME(n##9)
TEN() TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9)
static void (*const execute_statement[MOST_STATEMENTS])(const struct execution *) = {
  TEN_NAMES() TEN_NAMES(1) TEN_NAMES(2) TEN_NAMES(3) TEN_NAMES(4) TEN_NAMES(5) TEN_NAMES(6) TEN_NAMES(7) TEN_NAMES(8) TEN_NAMES(9)
};

static void run(const struct part *part) {
  for (size_t i = part->first; i < part->end; i++) execute_statement[executions[i].statement](&executions[i]);
}

__attribute__((noinline)) void phase_enqueue_list(const struct part *part) { run(part); __asm__(""); }
__attribute__((noinline)) void phase_enqueue(const struct part *part) { run(part); __asm__(""); }
__attribute__((noinline)) void phase_claim(const struct part *part) { run(part); __asm__(""); }
__attribute__((noinline)) void phase_complete(const struct part *part) { run(part); __asm__(""); }

static const struct { const char *name; const char *function; void (*run)(const struct part *); } phases[] = {
  {"enqueue-list", "phase_enqueue_list", phase_enqueue_list},
  {"enqueue", "phase_enqueue", phase_enqueue},
  {"claim", "phase_claim", phase_claim},
  {"complete", "phase_complete", phase_complete},
  {"warm-up", "run", run},
};
enum { PHASES = sizeof phases / sizeof *phases };

static long steps_since_last(void) {
  long steps = 0;
  for (int i = 0; i < prepared; i++) steps += sqlite3_stmt_status(statements[i], STATUS_VM_STEP, 1);
  return steps;
}

int main(int argc, char **argv) {
  if (argc != 3) fail("driver DIRECTORY DATABASE");
  char *text = read_file(argv[1], "statements.tsv");
  int mutex = strncmp(text, "open\tnomutex", 12) ? OPEN_FULLMUTEX : OPEN_NOMUTEX;
  if (sqlite3_open_v2(argv[2], &db, OPEN_READWRITE | OPEN_CREATE | mutex, NULL)) fail(argv[2]);
  sqlite3_db_config(db, DBCONFIG_ENABLE_QPSG, 1, (int *)NULL);
  if (sqlite3_exec(db, read_file(argv[1], "schema.sql"), NULL, NULL, NULL)) fail("schema.sql");
  read_statements(text);

  long tasks[PHASES] = {0}, steps[PHASES] = {0};
  steps_since_last();
  for (size_t i = 0; i < part_count; i++) {
    int phase = 0;
    while (phase < PHASES && strcmp(phases[phase].name, parts[i].phase)) phase++;
    if (phase == PHASES) fail(parts[i].phase);
    phases[phase].run(&parts[i]);
    for (size_t j = parts[i].first; j < parts[i].end && parts[i].tasks; j++) executed[executions[j].statement]++;
    tasks[phase] += parts[i].tasks;
    steps[phase] += steps_since_last();
  }

  for (int phase = 0; phase < PHASES; phase++) {
    if (tasks[phase]) printf("%s\t%ld\t%.1f\n", phases[phase].function, tasks[phase], (double)steps[phase] / tasks[phase]);
  }
  for (int i = 0; i < prepared; i++) {
    if (executed[i]) printf("statement_%d\t%ld\n", i, executed[i]);
    sqlite3_finalize(statements[i]);
  }
  sqlite3_close_v2(db);
  return 0;
}
