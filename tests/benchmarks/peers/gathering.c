/* An anchor: the chat of lesson 06 in C, with what lesson 10 adds to its speed. One thread, epoll.

   All lines that have come when it looks go out together: one send a member and round. What a
   member does not take waits for it, up to OUTBOX bytes; over that the member is dropped. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CLIENTS = 8192, MAX_LINE = 65536, MAX_NAME = 20, OUTBOX = 8 * 1024 * 1024 };
enum { CHUNK = 65536, OWN = 64 };

typedef struct { char *bytes; size_t size, room; } Bytes;
typedef struct { size_t from, to; } Piece;

typedef struct {
    int fd, closing;
    char name[MAX_NAME + 1];    /* empty until it is said */
    Bytes input, outbox;        /* a line's beginning; what the kernel would not take yet */
    size_t from;                /* where this member's part of the round begins */
    Piece *own;                 /* its own lines in the round: not for itself */
    int owns, own_room;
} Client;

static Client *clients[MOST_CLIENTS];
static int count, epoll;
static Bytes said;              /* all lines of this round, in the room's order */

static void add(Bytes *to, const char *bytes, size_t size) {
    if (to->size + size > to->room) {
        to->room = 2 * (to->size + size);
        to->bytes = realloc(to->bytes, to->room);
    }
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

static void listen_to(Client *one, int how, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = one};
    epoll_ctl(epoll, how, one->fd, &event);
}

/* Send what the kernel takes and keep the rest; a client too far behind will be dropped. */
static void post(Client *one, const char *bytes, size_t size) {
    ssize_t sent = 0;
    if (!one->outbox.size && size)
        sent = send(one->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) { one->closing = 1; return; }
        sent = 0;
    }
    if ((size_t)sent == size) return;
    if (!one->outbox.size) listen_to(one, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    add(&one->outbox, bytes + sent, size - sent);
    if (one->outbox.size > OUTBOX) one->closing = 1;
}

static void send_rest(Client *one) {
    ssize_t sent = send(one->fd, one->outbox.bytes, one->outbox.size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) { one->closing = errno != EAGAIN; return; }
    one->outbox.size -= sent;
    memmove(one->outbox.bytes, one->outbox.bytes + sent, one->outbox.size);
    if (!one->outbox.size) listen_to(one, EPOLL_CTL_MOD, EPOLLIN);
}

/* Put a line of the room into the round; it is not for its sender. */
static void tell_others(Client *sender, const char *before, const char *line, size_t size,
                        const char *end) {
    size_t from = said.size;
    add(&said, before, strlen(before));
    add(&said, line, size);
    add(&said, end, strlen(end));
    if (sender->owns && sender->own[sender->owns - 1].to == from) {
        sender->own[sender->owns - 1].to = said.size;
        return;
    }
    if (sender->owns == sender->own_room) {
        sender->own_room = sender->own_room ? 2 * sender->own_room : OWN;
        sender->own = realloc(sender->own, sizeof *sender->own * sender->own_room);
    }
    sender->own[sender->owns++] = (Piece){from, said.size};
}

static int is_name(const char *name, size_t size) {
    if (size < 1 || size > MAX_NAME) return 0;
    for (size_t at = 0; at < size; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", name[at]))
            return 0;
    return 1;
}

static int is_taken(const char *name, size_t size) {
    for (int at = 0; at < count; at++)
        if (strlen(clients[at]->name) == size && !strncasecmp(clients[at]->name, name, size))
            return 1;
    return 0;
}

static void introduce(Client *one, const char *name, size_t size) {
    static const char bad[] = "* a name is 1 to 20 letters, digits, - or _\n* what is your name?\n";
    static const char taken[] = "* that name is taken\n* what is your name?\n";
    char welcome[64];
    if (!is_name(name, size)) { post(one, bad, sizeof bad - 1); return; }
    if (is_taken(name, size)) { post(one, taken, sizeof taken - 1); return; }
    memcpy(one->name, name, size);
    int length = snprintf(welcome, sizeof welcome, "* welcome, %s\n", one->name);
    post(one, welcome, length);
    tell_others(one, "* ", name, size, " joined\n");
    one->from = said.size;
    one->owns = 0;
}

static void take_line(Client *one, const char *line, size_t size) {
    char before[MAX_NAME + 3];
    if (size && line[size - 1] == '\r') size--;
    if (!*one->name) { introduce(one, line, size); return; }
    snprintf(before, sizeof before, "%s: ", one->name);
    if (size) tell_others(one, before, line, size, "\n");
}

static void receive(Client *one) {
    char chunk[CHUNK];
    ssize_t size = recv(one->fd, chunk, CHUNK, MSG_DONTWAIT);
    if (size <= 0) { one->closing = size == 0 || errno != EAGAIN; return; }
    add(&one->input, chunk, size);
    char *line = one->input.bytes, *all = line + one->input.size, *end;
    while ((end = memchr(line, '\n', all - line))) {
        take_line(one, line, end - line);
        line = end + 1;
    }
    one->input.size = all - line;
    memmove(one->input.bytes, line, one->input.size);
    if (one->input.size > MAX_LINE) one->closing = 1;
}

/* Give every member what was said in this round, but not its own lines. */
static void end_round(void) {
    static Bytes others;
    for (int at = 0; at < count && said.size; at++) {
        Client *one = clients[at];
        if (*one->name && !one->owns) post(one, said.bytes + one->from, said.size - one->from);
        if (*one->name && one->owns) {
            others.size = 0;
            size_t from = one->from;
            for (int own = 0; own < one->owns; from = one->own[own++].to)
                add(&others, said.bytes + from, one->own[own].from - from);
            add(&others, said.bytes + from, said.size - from);
            post(one, others.bytes, others.size);
        }
        one->owns = 0, one->from = 0;
    }
    said.size = 0;
}

static void drop_closing(void) {
    for (int at = 0; at < count; at++) {
        Client *one = clients[at];
        if (!one->closing) continue;
        clients[at--] = clients[--count];
        if (*one->name) tell_others(one, "* ", one->name, strlen(one->name), " left\n");
        close(one->fd);
        free(one->input.bytes), free(one->outbox.bytes), free(one->own), free(one);
    }
}

static void let_in(int listener) {
    int fd = accept(listener, NULL, NULL), yes = 1;
    if (fd < 0) return;
    if (count == MOST_CLIENTS) { close(fd); return; }
    Client *one = clients[count++] = calloc(1, sizeof *one);
    one->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    listen_to(one, EPOLL_CTL_ADD, EPOLLIN);
    post(one, "* what is your name?\n", 21);
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    struct epoll_event events[1024], visitors = {.events = EPOLLIN, .data.ptr = NULL};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(argc == 3 ? atoi(argv[2]) : 0);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024))
        return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &visitors);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    while (1) {
        int ready = epoll_wait(epoll, events, 1024, -1);
        for (int at = 0; at < ready; at++) {
            Client *one = events[at].data.ptr;
            if (!one) { let_in(listener); continue; }
            if (events[at].events & EPOLLOUT) send_rest(one);
            if (events[at].events & ~EPOLLOUT) receive(one);
        }
        end_round();
        drop_closing();
        end_round();            /* who has left */
    }
}
