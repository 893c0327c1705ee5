/* The members: how they come in, what they are told, and where their bytes go to be checked.

   One process, one thread, epoll: whoever has bytes is read from, and nobody waits for anybody. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "ledger.h"

enum { MOST_MEMBERS = 4096, BUFFER = 256 * 1024, MOST_SAMPLES = 1 << 20, RECENT = 1024 };

typedef struct {
    int fd, welcomed, gone, kept;
    char rest[MOST_OF_A_LINE];       /* the beginning of a line whose end has not come yet */
    char *output;                    /* lines that are to be sent */
    int output_size, output_sent;
} Member;

static Member crowd[MOST_MEMBERS];
static char known[MOST_MEMBERS][MOST_MEMBERS / 8];   /* whose joining each member was told */
static int count, welcomed, deaf_members, hung_up, port, epoll, chatting;
static long told, wrong_notices;
static double last_byte, *samples, *said_at;
static long sample_count;
static char buffer[MOST_OF_A_LINE + BUFFER];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void take_joined(int member, int other) {
    char bit = 1 << other % 8, *byte = &known[member][other / 8];
    if (!crowd[member].welcomed || other == member || *byte & bit) wrong_notices++;
    else *byte |= bit, told++;
}

static void tell(int member, const char *words) {
    if (send(crowd[member].fd, words, strlen(words), MSG_NOSIGNAL) < 0) wrong_notices++;
}

static void introduce(int member) {
    char words[64], name[NAME + 1];
    put_name(name, member);
    snprintf(words, sizeof words, protocol == IRC ? "NICK %s\r\nUSER m 0 * :m\r\n" : "%s\n", name);
    tell(member, words);
}

static void let_in(int member) {
    if (crowd[member].welcomed) wrong_notices++;
    else crowd[member].welcomed = 1, welcomed++;
}

/* Take whatever an IRC server says that is not somebody's text. */
static void take_irc(int member, const char *line, int length) {
    char words[512], who[128], what[32];
    int other = -1;
    snprintf(words, sizeof words, "%.*s", length, line);
    if (sscanf(words, "%127s %31s", who, what) < 2) { wrong_notices++; return; }
    if (!strcmp(who, "PING")) {
        words[1] = 'O';
        tell(member, words);
    } else if (!strcmp(what, "001")) {
        tell(member, "JOIN #room\r\n");
    } else if (!strcmp(what, "366")) {
        let_in(member);
    } else if (!strcmp(what, "JOIN") && sscanf(who, ":m%4d", &other) == 1 && other != member) {
        take_joined(member, other);
    } else if (other == member) {
        snprintf(address, sizeof address, "%s", who + 1 + NAME);
    } else if (strlen(what) != 3 || *what > '3') {   /* a number from 400 on is an error */
        wrong_notices++;
    }
}

/* Take a notice of this many bytes, its end included. */
static void take_notice(int member, const char *line, int length) {
    char asked[] = "* what is your name?\n", mine[64], name[NAME + 1];
    int other;
    put_name(name, member);
    snprintf(mine, sizeof mine, protocol == NAMED ? "* welcome, %s\n" : "* welcome\n", name);
    if (protocol == IRC) {
        take_irc(member, line, length);
    } else if (protocol == NAMED && length == (int)strlen(asked) && !memcmp(line, asked, length)) {
        introduce(member);
    } else if (length == (int)strlen(mine) && !memcmp(line, mine, length)) {
        let_in(member);
    } else if (length == NAME + 10 && !memcmp(line + 2 + NAME, " joined\n", 8) &&
               sscanf(line, "* m%4d joined", &other) == 1 && other < MOST_MEMBERS) {
        take_joined(member, other);
    } else if (!(deaf_members && length == NAME + 8 && !memcmp(line + 2 + NAME, " left\n", 6))) {
        wrong_notices++;
    }
}

static void take_latency(const char *line) {
    uint32_t sender = sender_of(line), number = number_of(line);
    if (said_at && sample_count < MOST_SAMPLES)
        samples[sample_count++] = last_byte - said_at[sender * RECENT + number % RECENT];
}

static int is_notice(const char *line, int size) {
    if (protocol == IRC) return !memmem(line, size, " PRIVMSG ", 9);
    return size > 1 && !memcmp(line, "* ", 2);
}

/* Take all whole lines of some bytes; return how many bytes they are. */
static int take_lines(int member, const char *data, int length) {
    int at = 0;
    while (at < length) {
        const char *line = data + at;
        if (chatting && length - at >= line_size && *line != '*' && took_next(member, line)) {
            if (said_at) take_latency(line);
            at += line_size;
            continue;
        }
        const char *end = memchr(line, '\n', length - at);
        if (!end) break;
        int size = (int)(end + 1 - line);
        if (is_notice(line, size)) take_notice(member, line, size);
        else if (chatting) took_odd(member, line, size);
        else wrong_notices++;
        at += size;
    }
    return at;
}

static void leave(Member *one) {
    close(one->fd);
    one->gone = 1, hung_up++;
}

static void receive(int member) {
    Member *one = &crowd[member];
    memcpy(buffer, one->rest, one->kept);
    ssize_t size = recv(one->fd, buffer + one->kept, BUFFER, MSG_DONTWAIT);
    if (size <= 0) {
        if (size == 0 || (errno != EAGAIN && errno != EINTR)) leave(one);
        return;
    }
    last_byte = now();
    int length = one->kept + (int)size, taken = take_lines(member, buffer, length);
    one->kept = length - taken;
    if (one->kept >= MOST_OF_A_LINE) one->kept = 0, counted.garbled++;
    memcpy(one->rest, buffer + taken, one->kept);
}

/* Wait for bytes for so many seconds at the most, and take those that have come. */
static void look(double seconds) {
    struct epoll_event events[1024];
    int wait = seconds <= 0 ? 0 : seconds > 0.05 ? 50 : (int)(seconds * 1000);
    int ready = epoll_wait(epoll, events, 1024, wait);
    for (int at = 0; at < ready; at++) {
        int member = (int)events[at].data.u32;
        if (events[at].events & EPOLLOUT) {      /* only IRC's visitors speak first */
            struct epoll_event event = {.events = EPOLLIN, .data.u32 = member};
            epoll_ctl(epoll, EPOLL_CTL_MOD, crowd[member].fd, &event);
            introduce(member);
        }
        if (events[at].events & ~EPOLLOUT) receive(member);
    }
}

static int visit(int receive_buffer, int flags) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0), yes = 1;
    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (receive_buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Each of the crowd is told of all who come after it, and everybody of the deaf ones. */
static long tidings(void) { return protocol != BARE ? (long)count * (count - 1) / 2 : 0; }

static void join(int number, int at_once, double patience) {
    double began = now(), all_in = 0;
    int refused = 0;
    while (now() - began < patience && (welcomed < number || told < tidings())) {
        while (count < number && count - welcomed < at_once) {
            unsigned first = protocol == IRC ? EPOLLIN | EPOLLOUT : EPOLLIN;
            struct epoll_event event = {.events = first, .data.u32 = count};
            int fd = visit(0, SOCK_NONBLOCK);
            if (fd < 0) { refused++; break; }
            crowd[count++].fd = fd;
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        }
        look(0.01);
        if (!all_in && welcomed == number) all_in = now();
    }
    printf("{\"welcomed\": %d, \"seconds\": %.6f, \"refused\": %d, \"gone\": %d, "
           "\"notices_due\": %ld, \"wrong_notices\": %ld}\n", welcomed,
           (all_in ? all_in : now()) - began, refused, hung_up, tidings() - told, wrong_notices);
}

/* Read up to the end of a line from somebody who is not in the crowd; return 0 if it ended. */
static int hear(int fd) {
    char byte;
    do
        if (recv(fd, &byte, 1, 0) != 1) return 0;
    while (byte != '\n');
    return 1;
}

static void deaf(void) {
    char name[NAME + 2];
    put_name(name, MOST_MEMBERS - 1);
    name[NAME] = '\n';
    struct timeval limit = {.tv_sec = 5};
    int fd = visit(4096, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    int in = fd >= 0;
    if (protocol == NAMED) in = in && hear(fd) && send(fd, name, NAME + 1, MSG_NOSIGNAL) > 0;
    deaf_members += in && hear(fd);
    double began = now();
    while (protocol == NAMED && told < tidings() + count && now() - began < 5) look(0.01);
    printf("{\"deaf\": %d}\n", deaf_members);
}
