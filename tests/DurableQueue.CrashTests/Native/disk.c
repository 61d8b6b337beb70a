/*
 * Preloaded by the crash tests into their children. Two uses, both off unless asked for:
 *
 * DURABLEQUEUE_DISK_TRACE=FILE  appends every write, cut, sync, creation and deletion of a queue's files to FILE, in the order in which
 *                               they happened over all processes, and between them what each process said to its parent: from that a
 *                               test makes the disks that a power loss could have left.
 * DURABLEQUEUE_DISK_KILL=S:N    does half of the Nth write to a file whose name ends with S, and dies.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* One record: this head, the file's name (empty for what was said), then the data. */
struct head
{
    uint8_t kind; /* W write, T cut, S sync, D sync of the directory, C creation, U deletion, O said */
    uint8_t name_length;
    uint16_t unused;
    uint32_t length;
    uint64_t offset;
};

#define REAL(name) ((__typeof__(&name))real(#name))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int trace = -1;
static char kill_suffix[32];
static long kill_at;
static long kill_hits;

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static void start(void)
{
    const char *path = getenv("DURABLEQUEUE_DISK_TRACE");
    if (path)
    {
        trace = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }

    const char *kill_text = getenv("DURABLEQUEUE_DISK_KILL");
    const char *colon = kill_text ? strchr(kill_text, ':') : NULL;
    if (colon && (size_t)(colon - kill_text) < sizeof kill_suffix)
    {
        memcpy(kill_suffix, kill_text, (size_t)(colon - kill_text));
        kill_at = atol(colon + 1);
    }
}

static int ends(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Files whose content survives: not the shared memory, not the lock file. */
static int is_stored(const char *path)
{
    return ends(path, ".db") || ends(path, ".db-wal") || ends(path, ".db-journal");
}

static int find_path(int file, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The operation and its record are one step for all processes. */
static void enter(void)
{
    pthread_mutex_lock(&mutex);
    flock(trace, LOCK_EX);
}

static void leave(void)
{
    flock(trace, LOCK_UN);
    pthread_mutex_unlock(&mutex);
}

static void record(char kind, const char *name, const void *data, size_t length, uint64_t offset)
{
    struct head head = { (uint8_t)kind, (uint8_t)strlen(name), 0, (uint32_t)length, offset };
    struct iovec parts[] = { { &head, sizeof head }, { (void *)name, head.name_length }, { (void *)data, length } };
    if (writev(trace, parts, 3) != (ssize_t)(sizeof head + head.name_length + length))
    {
        abort();
    }
}

static int is_traced(int file, char *path)
{
    pthread_once(&once, start);
    return (trace >= 0 || kill_at > 0) && file != trace && find_path(file, path) && is_stored(path);
}

/* Programs write to a duplicate of their standard output. */
static int is_said(int file)
{
    struct stat about, out;
    pthread_once(&once, start);
    return trace >= 0 && file != trace && fstat(file, &about) == 0 && fstat(STDOUT_FILENO, &out) == 0
        && about.st_dev == out.st_dev && about.st_ino == out.st_ino;
}

static void die_if_asked(const char *path, int file, const void *data, size_t length, off64_t offset)
{
    if (kill_at > 0 && ends(path, kill_suffix) && __sync_add_and_fetch(&kill_hits, 1) == kill_at)
    {
        REAL(pwrite64)(file, data, length / 2, offset);
        kill(getpid(), SIGKILL);
    }
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset)
{
    char path[PATH_MAX];
    if (!is_traced(file, path))
    {
        return REAL(pwrite64)(file, data, length, offset);
    }

    die_if_asked(path, file, data, length, offset);
    if (trace < 0)
    {
        return REAL(pwrite64)(file, data, length, offset);
    }

    enter();
    ssize_t written = REAL(pwrite64)(file, data, length, offset);
    if (written > 0)
    {
        record('W', name_of(path), data, (size_t)written, (uint64_t)offset);
    }

    leave();
    return written;
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset)
{
    return pwrite64(file, data, length, offset);
}

ssize_t write(int file, const void *data, size_t length)
{
    char path[PATH_MAX];
    if (is_said(file))
    {
        enter();
        ssize_t written = REAL(write)(file, data, length);
        if (written > 0)
        {
            record('O', "", data, (size_t)written, 0);
        }

        leave();
        return written;
    }

    if (is_traced(file, path))
    {
        off64_t offset = lseek64(file, 0, SEEK_CUR);
        ssize_t written = pwrite64(file, data, length, offset);
        if (written > 0)
        {
            lseek64(file, offset + written, SEEK_SET);
        }

        return written;
    }

    return REAL(write)(file, data, length);
}

static int cut(int file, off64_t length)
{
    char path[PATH_MAX];
    if (!is_traced(file, path) || trace < 0)
    {
        return REAL(ftruncate64)(file, length);
    }

    enter();
    int answer = REAL(ftruncate64)(file, length);
    if (answer == 0)
    {
        record('T', name_of(path), NULL, 0, (uint64_t)length);
    }

    leave();
    return answer;
}

int ftruncate64(int file, off64_t length)
{
    return cut(file, length);
}

int ftruncate(int file, off_t length)
{
    return cut(file, length);
}

static int sync_with(int file, int (*sync)(int))
{
    char path[PATH_MAX];
    struct stat about;
    pthread_once(&once, start);
    if (trace < 0 || !find_path(file, path) || fstat(file, &about) != 0 || !(S_ISDIR(about.st_mode) || is_stored(path)))
    {
        return sync(file);
    }

    /* What is written while the sync runs may not be part of it: only what came before it is on the disk. */
    enter();
    int answer = sync(file);
    if (answer == 0)
    {
        record(S_ISDIR(about.st_mode) ? 'D' : 'S', S_ISDIR(about.st_mode) ? "" : name_of(path), NULL, 0, 0);
    }

    leave();
    return answer;
}

int fsync(int file)
{
    return sync_with(file, REAL(fsync));
}

int fdatasync(int file)
{
    return sync_with(file, REAL(fdatasync));
}

static int open_with(int (*open_real)(const char *, int, ...), const char *path, int flags, mode_t mode)
{
    pthread_once(&once, start);
    if (trace < 0 || !(flags & O_CREAT) || !is_stored(path))
    {
        return open_real(path, flags, mode);
    }

    enter();
    int is_new = access(path, F_OK) != 0;
    int file = open_real(path, flags, mode);
    if (file >= 0 && is_new)
    {
        record('C', name_of(path), NULL, 0, 0);
    }

    leave();
    return file;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_with(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_with(REAL(open64), path, flags, mode);
}

int unlink(const char *path)
{
    pthread_once(&once, start);
    if (trace < 0 || !is_stored(path))
    {
        return REAL(unlink)(path);
    }

    enter();
    int answer = REAL(unlink)(path);
    if (answer == 0)
    {
        record('U', name_of(path), NULL, 0, 0);
    }

    leave();
    return answer;
}
