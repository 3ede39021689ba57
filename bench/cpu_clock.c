/* The CPU time of threads of this VM, to the nanosecond.
 *
 * Linux only: a thread's CPU clock has a number that is made from its id (see clock_getcpuclockid(3), and
 * include/linux/posix-timers.h for the thread bit). /proc shows the same numbers, but only as old as the last tick. */
#include <erl_nif.h>
#include <time.h>

static ErlNifSInt64 read_clock(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return -1;
  return (ErlNifSInt64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* threads_ns([Tid]) -> the sum of the CPU times of these threads. */
static ERL_NIF_TERM threads_ns(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  ERL_NIF_TERM head, rest = argv[0];
  ErlNifSInt64 sum = 0;
  (void)argc;
  while (enif_get_list_cell(env, rest, &head, &rest)) {
    int tid;
    ErlNifSInt64 ns;
    if (!enif_get_int(env, head, &tid)) return enif_make_badarg(env);
    ns = read_clock((clockid_t)((~(unsigned)tid << 3) | 4 /* one thread */ | 2 /* CPU time */));
    if (ns < 0) return enif_make_badarg(env);
    sum += ns;
  }
  return enif_make_int64(env, sum);
}

/* process_ns() -> the CPU time of the whole VM. */
static ERL_NIF_TERM process_ns(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  (void)argc, (void)argv;
  return enif_make_int64(env, read_clock(CLOCK_PROCESS_CPUTIME_ID));
}

static ErlNifFunc functions[] = {{"threads_ns", 1, threads_ns, 0}, {"process_ns", 0, process_ns, 0}};

ERL_NIF_INIT(bench_clock, functions, NULL, NULL, NULL, NULL)
