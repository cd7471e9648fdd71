/*
 * A library to preload: it passes every file operation below one folder on to the system and writes it down, in
 * order, in a log outside. From the log a power cut at any moment can be worked out afterwards (power-loss.ts).
 *
 *   POWERLOSS_ROOT  the folder      POWERLOSS_LOG  the log      POWERLOSS_LEDGER  a file whose writes are copied to the log
 *
 * A record: kind (1 byte), inode (8), offset (8), length of path (4), length of bytes (4), path, bytes. Kinds: O opened
 * (a file that may be new), W written, D written and flushed (O_DSYNC), T cut to a length (offset), B flush begins, F flush
 * ended well (offset: the B's number), N folder made, R renamed, L linked, U unlinked, X folder removed, A acknowledged.
 * Flushes are not passed on, only waited for a little, so that others can gather behind them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { files = 65536 };
enum mark { unknown, ours = 1, flushed = 2, ledger = 4 };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static unsigned char marks[files];
static uint64_t inodes[files];
static uint64_t flushes;
static char root[PATH_MAX];
static char ledger_path[PATH_MAX];
static int log_file = -1;

#define REAL(name) \
  static __typeof__(&name) found; \
  if (!found) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t real_write(int fd, const void *bytes, size_t length) {
  REAL(write);
  return found(fd, bytes, length);
}

static int real_open(const char *path, int flags, mode_t mode) {
  REAL(open64);
  return found(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("POWERLOSS_ROOT"), *log = getenv("POWERLOSS_LOG"), *acks = getenv("POWERLOSS_LEDGER");
  if (!folder || !log || !acks) return;
  snprintf(root, sizeof root, "%s/", folder);
  snprintf(ledger_path, sizeof ledger_path, "%s", acks);
  log_file = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_ours(const char *path) {
  size_t length = strlen(root) - 1;
  return log_file >= 0 && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static void record(char kind, uint64_t inode, uint64_t offset, const char *path, const struct iovec *parts, int count) {
  uint32_t path_length = path ? strlen(path) : 0, length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  size_t size = 25 + path_length + length, at = 25;
  char *bytes = malloc(size);
  bytes[0] = kind;
  memcpy(bytes + 1, &inode, 8);
  memcpy(bytes + 9, &offset, 8);
  memcpy(bytes + 17, &path_length, 4);
  memcpy(bytes + 21, &length, 4);
  if (path_length) memcpy(bytes + at, path, path_length);
  at += path_length;
  for (int i = 0; i < count; i++) {
    memcpy(bytes + at, parts[i].iov_base, parts[i].iov_len);
    at += parts[i].iov_len;
  }
  if (real_write(log_file, bytes, size) != (ssize_t)size) abort();
  free(bytes);
}

static int opened(const char *path, int flags, mode_t mode) {
  pthread_mutex_lock(&turn);
  int fd = real_open(path, flags, mode);
  int error = errno;
  if (fd >= 0 && fd < files) {
    marks[fd] = unknown;
    if (strcmp(path, ledger_path) == 0) marks[fd] = ledger;
    if (is_ours(path)) {
      struct stat stat;
      fstat(fd, &stat);
      inodes[fd] = stat.st_ino;
      marks[fd] = ours | (flags & O_DSYNC ? flushed : 0);
      if (S_ISREG(stat.st_mode) && (flags & O_CREAT)) record('O', stat.st_ino, 0, path, NULL, 0);
      if (S_ISREG(stat.st_mode) && (flags & O_TRUNC)) record('T', stat.st_ino, 0, NULL, NULL, 0);
    }
  }
  pthread_mutex_unlock(&turn);
  errno = error;
  return fd;
}

static mode_t mode_of(int flags, va_list rest) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return opened(path, flags, mode);
}

int close(int fd) {
  REAL(close);
  pthread_mutex_lock(&turn);
  if (fd >= 0 && fd < files) marks[fd] = unknown;
  int done = found(fd);
  pthread_mutex_unlock(&turn);
  return done;
}

static int is_followed(int fd) {
  return log_file >= 0 && fd >= 0 && fd < files && marks[fd] != unknown;
}

/* Notes what a write did; the caller holds the turn. */
static void wrote(int fd, const struct iovec *parts, int count, off_t offset, ssize_t done) {
  int error = errno;
  if (done > 0) {
    char *bytes = malloc(done), *to = bytes;
    size_t left = done;
    for (int i = 0; i < count && left > 0; i++) {
      size_t length = parts[i].iov_len < left ? parts[i].iov_len : left;
      memcpy(to, parts[i].iov_base, length);
      to += length;
      left -= length;
    }
    struct iovec whole = {bytes, done};
    char kind = marks[fd] & ledger ? 'A' : marks[fd] & flushed ? 'D' : 'W';
    record(kind, inodes[fd], offset, NULL, &whole, 1);
    free(bytes);
  }
  errno = error;
}

/* A write at the file's own position has happened before that position is known. */
#define PLAIN(call, parts, count) \
  if (!is_followed(fd)) return call; \
  pthread_mutex_lock(&turn); \
  ssize_t done = call; \
  wrote(fd, parts, count, marks[fd] & ledger ? 0 : lseek(fd, 0, SEEK_CUR) - done, done); \
  pthread_mutex_unlock(&turn); \
  return done

#define PLACED(call, parts, count) \
  if (!is_followed(fd)) return call; \
  pthread_mutex_lock(&turn); \
  ssize_t done = call; \
  wrote(fd, parts, count, offset, done); \
  pthread_mutex_unlock(&turn); \
  return done

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  PLAIN(real_write(fd, bytes, length), &part, 1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  PLAIN(found(fd, parts, count), parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
  REAL(pwrite64);
  struct iovec part = {(void *)bytes, length};
  PLACED(found(fd, bytes, length, offset), &part, 1);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  return pwrite64(fd, bytes, length, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) {
  REAL(pwritev64);
  PLACED(found(fd, parts, count, offset), parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

int ftruncate64(int fd, off_t length) {
  REAL(ftruncate64);
  if (!is_followed(fd)) return found(fd, length);
  pthread_mutex_lock(&turn);
  int done = found(fd, length);
  if (done == 0) record('T', inodes[fd], length, NULL, NULL, 0);
  pthread_mutex_unlock(&turn);
  return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int flush(int fd, int (*pass_on)(int)) {
  if (!is_followed(fd)) return pass_on(fd);
  pthread_mutex_lock(&turn);
  uint64_t inode = inodes[fd], number = ++flushes;
  record('B', inode, number, NULL, NULL, 0);
  pthread_mutex_unlock(&turn);
  usleep(1500);
  pthread_mutex_lock(&turn);
  record('F', inode, number, NULL, NULL, 0);
  pthread_mutex_unlock(&turn);
  return 0;
}

int fsync(int fd) {
  REAL(fsync);
  return flush(fd, found);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return flush(fd, found);
}

/* A change of names; the bytes of the record are the second name. */
static void renamed(char kind, const char *path, const char *other) {
  struct stat stat;
  const char *now = other ? other : path;
  uint64_t inode = lstat(now, &stat) == 0 ? stat.st_ino : 0;
  struct iovec part = {(void *)other, other ? strlen(other) : 0};
  record(kind, inode, 0, path, &part, other ? 1 : 0);
}

#define NAMES(kind, call, path, other) \
  if (!is_ours(path)) return call; \
  pthread_mutex_lock(&turn); \
  int done = call, error = errno; \
  if (done == 0) renamed(kind, path, other); \
  pthread_mutex_unlock(&turn); \
  errno = error; \
  return done

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  NAMES('N', found(path, mode), path, NULL);
}

int rename(const char *from, const char *to) {
  REAL(rename);
  NAMES('R', found(from, to), from, to);
}

int link(const char *from, const char *to) {
  REAL(link);
  NAMES('L', found(from, to), from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  NAMES('U', found(path), path, NULL);
}

int remove(const char *path) {
  REAL(remove);
  NAMES('U', found(path), path, NULL);
}

int rmdir(const char *path) {
  REAL(rmdir);
  NAMES('X', found(path), path, NULL);
}
