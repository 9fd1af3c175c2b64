/*
 * The load: one operation over and over, from some processes at once, for some time.
 *
 *     load OPERATION PROCESSES MILLISECONDS PATH [SIZE]
 *
 * Written in C so that the generator costs next to nothing and the server is what is measured. Prints
 * one line of JSON: operations done, seconds that passed, seconds of CPU that the generator itself used.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MAX 64

struct shared {
	_Atomic int ready;
	_Atomic int go;
	long operations[PROCESSES_MAX];
	double end[PROCESSES_MAX];
};

static const char *path;
static size_t size = 4096;
static int number;
static int file = -1;
static off_t position;
static char *buffer;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "load: %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

static long do_stat(void)
{
	struct stat found;
	if (stat(path, &found) != 0)
		fail("stat");
	return 1;
}

/* A program that thinks for a millisecond between its questions. */
static long do_stat_paced(void)
{
	usleep(1000);
	return do_stat();
}

static long do_open(void)
{
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		fail("open");
	if (read(fd, buffer, size) < 0)
		fail("read");
	close(fd);
	return 1;
}

static long do_create(void)
{
	char name[4096];
	static long count;
	snprintf(name, sizeof(name), "%s/made-%d-%ld", path, number, count++ % 16);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		fail("create in");
	if (write(fd, buffer, size) != (ssize_t)size)
		fail("write in");
	close(fd);
	if (unlink(name) != 0)
		fail("unlink in");
	return 1;
}

/* Lists a directory; one operation is one entry. */
static long list(int with_stat)
{
	struct dirent *entry;
	struct stat found;
	long entries = 0;
	DIR *directory = opendir(path);
	if (directory == NULL)
		fail("opendir");
	while ((entry = readdir(directory)) != NULL) {
		entries++;
		if (with_stat && fstatat(dirfd(directory), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0)
			fail("stat in");
	}
	closedir(directory);
	return entries;
}

static long do_list(void)
{
	return list(0);
}

static long do_list_stat(void)
{
	return list(1);
}

/* Reads on, past the page cache, from the start again at the end. */
static long do_read_direct(void)
{
	if (file < 0 && (file = open(path, O_RDONLY | O_DIRECT)) < 0)
		fail("open");
	ssize_t got = pread(file, buffer, size, position);
	if (got < 0)
		fail("read");
	position = got < (ssize_t)size ? 0 : position + got;
	return 1;
}

/* What the machine itself costs: a call into the kernel that does nothing. */
static long do_call(void)
{
	enum { CALLS = 1000 };
	for (int count = 0; count < CALLS; count++)
		syscall(SYS_getppid);
	return CALLS;
}

/* Two processes that take turns, as a program and its server do. */
static long do_turn(void)
{
	static int there[2] = { -1, -1 }, back[2];
	char byte = 0;
	if (there[0] < 0) {
		if (pipe(there) != 0 || pipe(back) != 0)
			fail("pipe for");
		pid_t other = fork();
		if (other < 0)
			fail("fork for");
		if (other == 0) {
			close(there[1]);
			while (read(there[0], &byte, 1) == 1)
				if (write(back[1], &byte, 1) != 1)
					break;
			_exit(0);
		}
		close(there[0]);
	}
	if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
		fail("take turns for");
	return 1;
}

/* Additions on the processor whose number stands where the path does. */
static long do_compute(void)
{
	static volatile unsigned long sum;
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(atoi(path), &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		fail("go to processor");
	enum { ADDITIONS = 100000 };
	for (int count = 0; count < ADDITIONS; count++)
		sum += count;
	return ADDITIONS;
}

static const struct {
	const char *name;
	long (*run)(void);
} OPERATIONS[] = {
	{ "stat", do_stat },
	{ "stat-paced", do_stat_paced },
	{ "open", do_open },
	{ "create", do_create },
	{ "list", do_list },
	{ "list+stat", do_list_stat },
	{ "read-direct", do_read_direct },
	{ "call", do_call },
	{ "turn", do_turn },
	{ "compute", do_compute },
};

static void work(struct shared *shared, long (*run)(void), double seconds)
{
	if (posix_memalign((void **)&buffer, 4096, size) != 0)
		fail("allocate for");
	memset(buffer, 7, size);
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		usleep(100);
	double deadline = now() + seconds;
	long done = 0;
	do
		done += run();
	while (now() < deadline);
	shared->operations[number] = done;
	shared->end[number] = now();
	_exit(0);
}

int main(int argc, char *argv[])
{
	if (argc < 5) {
		fprintf(stderr, "usage: load OPERATION PROCESSES MILLISECONDS PATH [SIZE]\n");
		return 2;
	}
	long (*run)(void) = NULL;
	for (size_t index = 0; index < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); index++)
		if (strcmp(OPERATIONS[index].name, argv[1]) == 0)
			run = OPERATIONS[index].run;
	int processes = atoi(argv[2]);
	path = argv[4];
	if (argc > 5)
		size = strtoul(argv[5], NULL, 10);
	if (run == NULL || processes < 1 || processes > PROCESSES_MAX || size == 0) {
		fprintf(stderr, "load: no such operation, or numbers out of range\n");
		return 2;
	}
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		fail("mmap for");
	for (number = 0; number < processes; number++) {
		pid_t child = fork();
		if (child < 0)
			fail("fork for");
		if (child == 0)
			work(shared, run, atoi(argv[3]) / 1000.0);
	}
	while (atomic_load(&shared->ready) < processes)
		usleep(100);
	double start = now();
	atomic_store(&shared->go, 1);
	int failed = 0, status;
	while (wait(&status) > 0)
		failed |= status;
	if (failed)
		return 1;
	long operations = 0;
	double end = start;
	for (int index = 0; index < processes; index++) {
		operations += shared->operations[index];
		if (shared->end[index] > end)
			end = shared->end[index];
	}
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
		     (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	printf("{\"operations\":%ld,\"seconds\":%.6f,\"cpu\":%.6f}\n", operations, end - start, cpu);
	return 0;
}
