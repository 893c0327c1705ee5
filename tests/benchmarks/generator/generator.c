/* The crowd that the benchmarks send to a server. Every delivery is checked, byte by byte.

   generator PORT bare|named|irc SIZE; then one command a line on stdin, one line of JSON as its
   answer:
     join N AT_ONCE PATIENCE          more members, until there are N and all know of each other
     deaf                             one more, who never reads again
     chat SENDERS WINDOW SECONDS LINES RATE STALL
                                      each sender has at most WINDOW lines in flight: a line is in
                                      flight until everybody has it. RATE > 0: so many lines a
                                      second instead, whoever has what; then latencies are taken
     pour LINES SECONDS STALL         one says LINES lines, the server repeats them for ever */

#include "crowd.h"

#include <sys/resource.h>

static void flush(Member *one) {
    if (one->gone || one->output_sent == one->output_size) return;
    ssize_t size = send(one->fd, one->output + one->output_sent,
                        one->output_size - one->output_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size > 0) one->output_sent += (int)size;
    if (one->output_sent == one->output_size) one->output_sent = one->output_size = 0;
}

static void say(int sender) {
    Member *one = &crowd[sender];
    if (one->output_size > (RECENT - 1) * sent_size) return;   /* it will be seen as lost */
    if (said_at) said_at[sender * RECENT + said[sender] % RECENT] = now();
    put_line(one->output + one->output_size, sender, said[sender]++);
    one->output_size += sent_size;
}

/* Let each sender say what its window allows; return how many lines are said in all. */
static long say_all(int window, long lines, long total) {
    for (int sender = 0; sender < senders; sender++) {
        int idle = !crowd[sender].output_size;
        while (idle && (int)(said[sender] - received[sender]) < window && (!lines || total < lines))
            say(sender), total++;
        flush(&crowd[sender]);
    }
    return total;
}

/* Say lines evenly at random around the rate, one sender after the other, until it is time. */
static double say_at_rate(double rate, double next, long *total) {
    static uint64_t dice = 88172645463325252ULL;
    for (; next <= now(); (*total)++) {
        int sender = (int)(*total % senders);
        say(sender);
        flush(&crowd[sender]);
        dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
        next += (double)(dice >> 11) / (double)(1ULL << 53) * 2 / rate;
    }
    return next;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double percentile(double share) {
    return sample_count ? samples[(long)((sample_count - 1) * share)] * 1000 : 0;
}

static double cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void answer(double began, double cpu_before, long lines, int stalled) {
    qsort(samples, sample_count, sizeof *samples, by_size);
    printf("{\"deliveries\": %ld, \"expected\": %ld, \"seconds\": %.6f, \"lost\": %ld, "
           "\"garbled\": %ld, \"doubled\": %ld, \"out_of_order\": %ld, \"gone\": %d, "
           "\"wrong_notices\": %ld, \"stalled\": %d, \"p50\": %.4f, \"p90\": %.4f, \"p99\": %.4f, "
           "\"generator_cpu\": %.4f}\n",
           counted.whole, lines * (members - 1), last_byte - began, repeats ? 0 : lost(),
           counted.garbled, counted.doubled, counted.out_of_order, hung_up, wrong_notices, stalled,
           percentile(.5), percentile(.9), percentile(.99), cpu() - cpu_before);
}

static void ready_to_chat(int number_of_senders) {
    open_ledger(count, number_of_senders);
    make_patterns(count, text_size);
    for (int member = 0; member < count; member++) {
        Member *one = &crowd[member];
        one->output = realloc(one->output, (size_t)RECENT * sent_size);
        one->output_size = one->output_sent = 0;
    }
    sample_count = hung_up = 0, wrong_notices = 0, repeats = 0, chatting = 1;
}

static void chat(int number, int window, double seconds, long lines, double rate, double stall) {
    ready_to_chat(number);
    said_at = rate ? calloc((size_t)number * RECENT, sizeof *said_at) : NULL;
    double began = last_byte = now(), next = began, used = cpu();
    long total = 0;
    int stalled = 0;
    while (1) {
        int open = (!seconds || now() - began < seconds) && (!lines || total < lines);
        if (open && rate) next = say_at_rate(rate, next, &total);
        else if (open) total = say_all(window, lines, total);
        else for (int sender = 0; sender < senders; sender++) flush(&crowd[sender]);
        if (!open && counted.whole + missing_count >= total * (members - 1)) break;
        stalled = now() - last_byte > stall;
        if (stalled || hung_up) break;
        look(rate && open ? next - now() : 0.001);
    }
    double end = last_byte;
    for (double until = now() + 0.02; now() < until;) look(0.005);   /* what nobody is due */
    last_byte = end;
    answer(began, used, lines ? lines : total, stalled);
    free(said_at);
    said_at = NULL, chatting = 0;
}

static void pour(int lines, double seconds, double stall) {
    ready_to_chat(1);
    repeats = lines;
    for (int line = 0; line < lines; line++) say(0);
    double began = last_byte = now(), used = cpu();
    flush(&crowd[0]);
    while (now() - began < seconds && now() - last_byte < stall && !hung_up) look(0.001);
    answer(began, used, 0, now() - last_byte >= stall);
}

int main(int argc, char **argv) {
    char command[256];
    int a, b;
    double c, d, e;
    long lines;
    if (argc != 4) return 2;
    port = atoi(argv[1]), text_size = atoi(argv[3]);
    choose_protocol(argv[2]);
    epoll = epoll_create1(0);
    samples = malloc(sizeof *samples * MOST_SAMPLES);
    while (fgets(command, sizeof command, stdin)) {
        a = b = 0;
        if (sscanf(command, "join %d %d %lf", &a, &b, &c) == 3) join(a, b, c);
        else if (!strcmp(command, "deaf\n")) deaf();
        else if (sscanf(command, "chat %d %d %lf %ld %lf %lf", &a, &b, &c, &lines, &d, &e) == 6 &&
                 a <= count && b <= WINDOW)
            chat(a, b, c, lines, d, e);
        else if (sscanf(command, "pour %d %lf %lf", &a, &c, &d) == 3 && count && a <= WINDOW)
            pour(a, c, d);
        else return 2;
        fflush(stdout);
    }
    return 0;
}
