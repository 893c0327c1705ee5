/* The room in C: one thread and poll(). Compile it with -DLESSON=7 or -DLESSON=10.
 *
 * The rule: nothing here waits but poll(). In lesson 07 nobody is heard while somebody in the
 * room has much to read still; from lesson 10 on who is too far behind is dropped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINE = 65536, MAX_CHUNK = 65536, FEW = 5 * 65536, MUCH = 100000 };
enum { TALKING, LEAVING, HANGING_UP, LINGERING };
enum { LINES, FILES };

#define QUESTION "* what is your name?\n"

typedef struct { char *data; size_t size, space; } Text; /* bytes, any of them */
typedef struct Piece { struct Piece *next; int kind; size_t size, sent; char data[]; } Piece;
typedef struct Guest Guest;
typedef struct File {
  struct File *next;
  Guest *sender;
  char number[10], label[40], size[16];
  long long left;
  Text name;
  Guest **receivers;
  int count;
} File;
struct Guest {
  int fd, state, doomed, ended, held, turned_away, gone;
  char name[21]; /* empty: has none, or has left */
  Text came;
  size_t done, seen; /* bytes of it that are served; that have no line's end */
  Piece *first, *last;
  size_t waiting[2];
  double since, deadline;
  char chunk_number[10], chunk_digits[10];
  size_t chunk; /* bytes of the chunk that comes now, 0: none does */
};

static struct { const char *host; long port, buffer, outbox, most; double file, name; int echo; }
    given = {"127.0.0.1", 5555, 4096, 8 << 20, LESSON < 10 ? 1000000 : 1000, 10, 30, 0};
static const char *forms[] = {
    "/who", "/msg NAME TEXT", "/nick NEW",
#if LESSON >= 9
    "/file ID SIZE NAME", "/data ID N", "/end ID SHA256", "/cancel ID",
#endif
    "/help", "/quit", NULL};
static Guest **guests;
static int count;
static File *files;
static volatile sig_atomic_t stopped;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void *more(void *old, size_t size) {
  void *data = realloc(old, size);
  if (!data) abort();
  return data;
}

static void add(Text *text, const char *data, size_t size) {
  if (text->size + size > text->space)
    text->data = more(text->data, text->space = 2 * (text->size + size));
  if (size) memcpy(text->data + text->size, data, size);
  text->size += size;
}

__attribute__((format(printf, 2, 3)))
static void addf(Text *text, const char *format, ...) {
  char *made;
  va_list words;
  va_start(words, format);
  int size = vasprintf(&made, format, words);
  va_end(words);
  if (size < 0) abort();
  add(text, made, size);
  free(made);
}

/* -- what goes out ------------------------------------------------------------------------- */

static void flush(Guest *guest) {
  while (guest->first && !guest->doomed) {
    Piece *piece = guest->first;
    ssize_t sent = send(guest->fd, piece->data + piece->sent, piece->size - piece->sent, MSG_NOSIGNAL);
    if (sent < 0) {
      guest->doomed = errno != EAGAIN && errno != EINTR;
      return;
    }
    guest->since = now();
    guest->waiting[piece->kind] -= sent;
    if ((piece->sent += sent) < piece->size) continue;
    guest->first = piece->next;
    free(piece);
  }
}

static void put(Guest *guest, const char *data, size_t size, int kind) {
  if (guest->doomed || guest->state != TALKING) return;
  if (kind == FILES && !guest->waiting[FILES]) guest->since = now();
  Piece *piece = more(NULL, sizeof *piece + size);
  *piece = (Piece){.kind = kind, .size = size};
  memcpy(piece->data, data, size);
  guest->waiting[kind] += size;
  if (guest->first) guest->last->next = piece;
  else guest->first = piece;
  guest->last = piece;
  if (guest->first == piece) flush(guest);
  if (LESSON >= 10 && guest->waiting[LINES] > (size_t)given.outbox) guest->doomed = 1;
}

static void tell(Guest *guest, Text *line) { /* and forget the line */
  put(guest, line->data, line->size, LINES);
  free(line->data);
}

__attribute__((format(printf, 2, 3)))
static void inform(Guest *guest, const char *format, ...) {
  char *made;
  va_list words;
  va_start(words, format);
  int size = vasprintf(&made, format, words);
  va_end(words);
  if (size < 0) abort();
  put(guest, made, size, LINES);
  free(made);
}

static void say(Text *line, Guest *but) { /* to all who have a name, and forget the line */
  for (int i = 0; i < count; i++)
    if (guests[i]->name[0] && guests[i] != but) put(guests[i], line->data, line->size, LINES);
  free(line->data);
}

/* -- files --------------------------------------------------------------------------------- */

static File *open_file(Guest *sender, const char *number) {
  for (File *file = files; file; file = file->next)
    if (file->sender == sender && !strcmp(file->number, number)) return file;
  return NULL;
}

static void pass_on(File *file, const char *data, size_t size, int kind) {
  for (int i = 0; i < file->count; i++) put(file->receivers[i], data, size, kind);
}

static void close_file(File *file, const char *command, const char *behind) {
  Text line = {0};
  addf(&line, "%s %s%s\n", command, file->label, behind);
  pass_on(file, line.data, line.size, LINES);
  free(line.data);
  File **place = &files;
  while (*place != file) place = &(*place)->next;
  *place = file->next;
}

static void free_file(File *file) {
  free(file->receivers);
  free(file->name.data);
  free(file);
}

static void stop_file(Guest *guest, const char *number, const char *reason) {
  File *file = open_file(guest, number);
  if (file) {
    close_file(file, "/cancel", "");
    free_file(file);
  }
  inform(guest, "* transfer %s cancelled: %s\n", number, reason);
}

static int is_harmless(const char *name, size_t size) {
  size_t spaces = 0;
  for (size_t i = 0; i < size; i++) {
    unsigned char one = name[i], next = i + 1 < size ? name[i + 1] : 0;
    if (one < 32 || one == 127 || one == '/' || one == '\\') return 0;
    if (one == 0xc2 && next < 0xa0) return 0; /* U+0080 to U+009F */
    spaces += one == ' ';
  }
  return spaces < size && size <= 200 && name[0] != '.';
}

static void announce(Guest *guest, const char *number, const char *size, Text name) {
  char label[40];
  snprintf(label, sizeof label, "%s/%s", guest->name, number);
  int taken = 0;
  for (File *file = files; file; file = file->next) taken |= !strcmp(file->label, label);
  if (open_file(guest, number) || taken || !is_harmless(name.data, name.size)) {
    stop_file(guest, number, "announced twice, or not with this name");
    return;
  }
  File *file = more(NULL, sizeof *file);
  *file = (File){.next = files, .sender = guest, .left = atoll(size)};
  strcpy(file->number, number);
  strcpy(file->label, label);
  strcpy(file->size, size);
  add(&file->name, name.data, name.size);
  file->receivers = more(NULL, (count + 1) * sizeof(Guest *));
  for (int i = 0; i < count; i++)
    if (guests[i]->name[0] && guests[i] != guest) file->receivers[file->count++] = guests[i];
  files = file;
  Text line = {0};
  addf(&line, "/file %s %s ", label, size);
  add(&line, name.data, name.size);
  add(&line, "\n", 1);
  pass_on(file, line.data, line.size, LINES);
  free(line.data);
}

static int by_name(const void *a, const void *b) {
  return strcasecmp((*(Guest **)a)->name, (*(Guest **)b)->name);
}

static void add_names(Text *line, Guest **who, int number) {
  qsort(who, number, sizeof *who, by_name);
  for (int i = 0; i < number; i++) addf(line, "%s%s", i ? ", " : "", who[i]->name);
}

static void finish(Guest *guest, const char *number, Text digest) {
  File *file = open_file(guest, number);
  char behind[66] = " ";
  if (digest.size == 64) memcpy(behind + 1, digest.data, 64);
  if (!file || file->left || strspn(behind + 1, "0123456789abcdef") != 64) {
    stop_file(guest, number, "not whole, or not open");
    return;
  }
  close_file(file, "/end", behind);
  Text line = {0};
  addf(&line, "* sent ");
  add(&line, file->name.data, file->name.size);
  addf(&line, " (%s bytes) to %s", file->size, file->count ? "" : "nobody");
  add_names(&line, file->receivers, file->count);
  add(&line, "\n", 1);
  tell(guest, &line);
  free_file(file);
}

static int is_crowded(File *file) {
  for (int i = 0; i < file->count; i++)
    if (file->receivers[i]->waiting[FILES] > FEW && !file->receivers[i]->doomed) return 1;
  return 0;
}

static int take_chunk(Guest *guest) { /* return whether it is all here, and there was space */
  if (guest->came.size - guest->done < guest->chunk) return 0;
  File *file = open_file(guest, guest->chunk_number);
  if ((guest->held = file && is_crowded(file))) return 0;
  const char *data = guest->came.data + guest->done;
  size_t size = guest->chunk;
  guest->done = guest->seen = guest->done + size;
  guest->chunk = 0;
  if (!file || (long long)size > file->left) {
    stop_file(guest, guest->chunk_number, "too much, or not open");
    return 1;
  }
  file->left -= size;
  Text whole = {0};
  addf(&whole, "/data %s %s\n", file->label, guest->chunk_digits);
  add(&whole, data, size);
  pass_on(file, whole.data, whole.size, FILES);
  free(whole.data);
  return 1;
}

/* -- the room ------------------------------------------------------------------------------ */

static int is_name(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (!text[i] || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", text[i]))
      return 0;
  return size >= 1 && size <= 20;
}

static Guest *owner(const char *name, size_t size) {
  for (int i = 0; i < count; i++)
    if (is_name(name, size) && strlen(guests[i]->name) == size && !strncasecmp(guests[i]->name, name, size))
      return guests[i];
  return NULL;
}

static const char *refusal(Guest *guest, Text name) {
  if (!is_name(name.data, name.size)) return "* a name is 1 to 20 letters, digits, - or _\n";
  Guest *other = owner(name.data, name.size);
  return other && other != guest ? "* that name is taken\n" : NULL;
}

static void leave(Guest *guest) {
  if (!guest->name[0]) return;
  for (File *file = files, *next; file; file = next) {
    next = file->next;
    for (int i = file->count - 1; i >= 0; i--)
      if (file->receivers[i] == guest) file->receivers[i] = file->receivers[--file->count];
    if (file->sender != guest) continue;
    close_file(file, "/cancel", "");
    free_file(file);
  }
  Text line = {0};
  addf(&line, "* %s left\n", guest->name);
  guest->name[0] = 0;
  say(&line, NULL);
}

static void hang_up(Guest *guest, const char *notice, int state) {
  leave(guest);
  put(guest, notice, strlen(notice), LINES);
  guest->state = state;
  guest->deadline = now() + 30;
}

static void name_guest(Guest *guest, Text name) {
  const char *reason = refusal(guest, name);
  if (reason) {
    inform(guest, "%s%s", reason, QUESTION);
    return;
  }
  Text line = {0};
  addf(&line, "* %.*s joined\n", (int)name.size, name.data);
  say(&line, NULL);
  inform(guest, "* welcome, %.*s\n", (int)name.size, name.data);
  memcpy(guest->name, name.data, name.size);
  guest->name[name.size] = 0;
}

static void rename_guest(Guest *guest, Text name) {
  const char *reason = refusal(guest, name);
  if (reason) {
    inform(guest, "%s", reason);
    return;
  }
  Text line = {0};
  addf(&line, "* %s is now %.*s\n", guest->name, (int)name.size, name.data);
  memcpy(guest->name, name.data, name.size);
  guest->name[name.size] = 0;
  say(&line, NULL);
}

static void who(Guest *guest) {
  Guest *here[count];
  int number = 0;
  for (int i = 0; i < count; i++)
    if (guests[i]->name[0]) here[number++] = guests[i];
  Text line = {0};
  addf(&line, "* here: ");
  add_names(&line, here, number);
  add(&line, "\n", 1);
  tell(guest, &line);
}

static void whisper(Guest *guest, Text name, Text text) {
  Guest *receiver = owner(name.data, name.size);
  Text line = {0};
  if (!receiver) {
    addf(&line, "* no one here is called ");
    add(&line, name.data, name.size);
    add(&line, "\n", 1);
    tell(guest, &line);
    return;
  }
  addf(&line, "%s (private): ", guest->name);
  add(&line, text.data, text.size);
  add(&line, "\n", 1);
  tell(receiver, &line);
  inform(guest, "* told %s\n", receiver->name);
}

static int digits(Text text, size_t most, char *into) {
  if (text.size < 1 || text.size > most) return 0;
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] < '0' || text.data[i] > '9') return 0;
  memcpy(into, text.data, text.size);
  into[text.size] = 0;
  return 1;
}

static int run(Guest *guest, const char *form, Text *words) { /* return whether the words fit */
  char number[10], size[16];
  switch (form[1]) {
    case 'w': who(guest); return 1;
    case 'm': whisper(guest, words[0], words[1]); return 1;
    case 'n': rename_guest(guest, words[0]); return 1;
    case 'q': hang_up(guest, "* goodbye\n", HANGING_UP); return 1;
    case 'h':
      for (int i = 0; forms[i]; i++) inform(guest, "* %s\n", forms[i]);
      return 1;
  }
  if (!digits(words[0], 9, number)) return 0;
  if (form[1] == 'e') finish(guest, number, words[1]);
  else if (form[1] == 'c') stop_file(guest, number, "stopped");
  else if (!digits(words[1], 15, size)) return 0;
  else announce(guest, number, size, words[2]);
  return 1;
}

static int split(Text line, int wanted, Text *words) { /* return whether it has as many words */
  for (int i = 0; i < wanted; i++) {
    char *space = memchr(line.data, ' ', line.size);
    if (!space) return 0;
    line.size -= space + 1 - line.data;
    line.data = space + 1;
    char *next = i + 1 < wanted ? memchr(line.data, ' ', line.size) : NULL;
    words[i] = (Text){line.data, next ? (size_t)(next - line.data) : line.size, 0};
    if (!words[i].size) return 0;
  }
  return wanted > 0 || !memchr(line.data, ' ', line.size);
}

static void obey(Guest *guest, Text line) {
  char *space = memchr(line.data, ' ', line.size);
  size_t size = space ? (size_t)(space - line.data) : line.size;
  for (int i = 0; forms[i]; i++) {
    if (strcspn(forms[i], " ") != size || memcmp(forms[i], line.data, size)) continue;
    Text words[3];
    int wanted = 0;
    for (const char *one = forms[i]; *one; one++) wanted += *one == ' ';
    if (!split(line, wanted, words) || !run(guest, forms[i], words)) inform(guest, "* usage: %s\n", forms[i]);
    return;
  }
  size_t shown = 1;
  for (int letters = 0; shown < size; shown++)
    if ((line.data[shown] & 0xc0) != 0x80 && ++letters > 20) break;
  Text answer = {0};
  addf(&answer, "* unknown command ");
  add(&answer, line.data, shown);
  addf(&answer, ", try /help\n");
  tell(guest, &answer);
}

static void begin_chunk(Guest *guest, Text line) {
  Text words[2];
  if (split(line, 2, words) && digits(words[0], 9, guest->chunk_number) &&
      digits(words[1], 9, guest->chunk_digits))
    guest->chunk = atol(guest->chunk_digits);
  if (guest->chunk < 1 || guest->chunk > MAX_CHUNK) {
    guest->chunk = 0;
    hang_up(guest, "* bad frame\n", HANGING_UP);
  }
}

static void serve_line(Guest *guest, Text line) {
  if (!guest->name[0]) {
    name_guest(guest, line);
  } else if (LESSON >= 9 && line.size >= 5 && !memcmp(line.data, "/data", 5) &&
             (line.size == 5 || line.data[5] == ' ')) {
    begin_chunk(guest, line);
  } else if (line.size && line.data[0] == '/' && (line.size == 1 || line.data[1] != '/')) {
    obey(guest, line);
  } else if (line.size) {
    int slash = line.data[0] == '/';
    Text said = {0};
    addf(&said, "%s: ", guest->name);
    add(&said, line.data + slash, line.size - slash);
    add(&said, "\n", 1);
    say(&said, given.echo ? NULL : guest);
  }
}

/* -- what comes ---------------------------------------------------------------------------- */

static int sequence(const unsigned char *at, size_t left) { /* length of a character, 0: none */
  if (at[0] < 0x80) return 1;
  int size = at[0] >= 0xc2 && at[0] < 0xe0 ? 2 : (at[0] & 0xf0) == 0xe0 ? 3 : at[0] >= 0xf0 && at[0] < 0xf5 ? 4 : 0;
  if (!size || (size_t)size > left) return 0;
  for (int i = 1; i < size; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  int too_small = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
  int no_letter = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
  return too_small || no_letter ? 0 : size;
}

static Text decoded(const char *data, size_t size) { /* U+FFFD for what is not UTF-8 */
  Text text = {0};
  add(&text, "", 0);
  for (size_t i = 0; i < size;) {
    int good = sequence((const unsigned char *)data + i, size - i);
    add(&text, good ? data + i : "\xef\xbf\xbd", good ? good : 3);
    i += good ? good : 1;
  }
  return text;
}

static int must_wait(Guest *guest) { /* lesson 07: somebody has not read what is there */
  if (LESSON >= 10) return 0;
  if (guest->waiting[LINES] > MUCH) return 1;
  for (int i = 0; i < count; i++)
    if (guests[i]->name[0] && !guests[i]->doomed && guests[i]->waiting[LINES] > MUCH) return 1;
  return 0;
}

static int next_line(Guest *guest) { /* serve it; return whether there was one */
  if ((guest->held = must_wait(guest))) return 0;
  char *begin = guest->came.data + guest->done, *end = NULL;
  size_t left = guest->came.size - guest->done;
  if (guest->came.size > guest->seen)
    end = memchr(guest->came.data + guest->seen, '\n', guest->came.size - guest->seen);
  size_t size = end ? (size_t)(end - begin) : left;
  guest->seen = end ? guest->done + size + 1 : guest->came.size;
  if (size && begin[size - 1] == '\r') size--;
  if (size > MAX_LINE) {
    hang_up(guest, "* line too long\n", HANGING_UP);
    return 0;
  }
  if (!end) return 0;
  guest->done = guest->seen;
  Text line = decoded(begin, size);
  serve_line(guest, line);
  free(line.data);
  return 1;
}

static void serve(Guest *guest) { /* all that has come */
  guest->held = 0;
  while (guest->state == TALKING && !guest->doomed)
    if (!(guest->chunk ? take_chunk(guest) : next_line(guest))) break;
  if (guest->done) {
    guest->came.size -= guest->done;
    memmove(guest->came.data, guest->came.data + guest->done, guest->came.size);
    guest->seen -= guest->done;
    guest->done = 0;
  }
  if (guest->ended && guest->state == TALKING && !guest->held) hang_up(guest, "", LEAVING);
}

static void receive(Guest *guest) {
  static char data[65536];
  ssize_t size = recv(guest->fd, data, given.buffer, 0);
  if (size < 0) {
    guest->doomed |= errno != EAGAIN && errno != EINTR;
    return;
  }
  guest->ended |= size == 0;
  if (guest->state != TALKING) return;
  add(&guest->came, data, size);
  serve(guest);
}

static int let_in(int listener) { /* return whether there may be more */
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return 0;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  int there = 0;
  for (int i = 0; i < count; i++) there += !guests[i]->turned_away;
  Guest *guest = more(NULL, sizeof *guest);
  *guest = (Guest){.fd = fd, .deadline = now() + given.name};
  guests = more(guests, (count + 1) * sizeof(Guest *));
  guests[count++] = guest;
  if ((guest->turned_away = there >= given.most)) hang_up(guest, "* the room is full\n", HANGING_UP);
  else inform(guest, QUESTION);
  return 1;
}

/* -- the loop ------------------------------------------------------------------------------ */

static void forget(Guest *guest, int at_once) {
  static char data[65536];
  if (at_once) setsockopt(guest->fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
  for (int i = 0; i < 100; i++) /* lest the end be a reset, if it need not be one */
    if (recv(guest->fd, data, given.buffer, 0) <= 0) break;
  guest->doomed = 1;
  leave(guest);
  close(guest->fd);
  guest->gone = 1;
}

static void look_after(Guest *guest) { /* whose time may be over */
  double time = now();
  if (guest->held && !guest->doomed) serve(guest);
  int late = guest->waiting[FILES] && time - guest->since > given.file;
  if (guest->doomed || late) {
    forget(guest, 1);
  } else if (guest->state == TALKING) {
    if (LESSON >= 10 && !guest->name[0] && time > guest->deadline) hang_up(guest, "", HANGING_UP);
  } else if (guest->state == LEAVING && !guest->first) {
    forget(guest, 0);
  } else if (guest->state == HANGING_UP && !guest->first) {
    shutdown(guest->fd, SHUT_WR);
    guest->state = LINGERING;
    guest->deadline = time + 1;
  } else if (guest->state == LINGERING && guest->ended) {
    forget(guest, 0);
  } else if (time > guest->deadline) {
    forget(guest, 1);
  }
}

static void bury(void) {
  int kept = 0;
  for (int i = 0; i < count; i++) {
    Guest *guest = guests[i];
    if (!guest->gone) {
      guests[kept++] = guest;
      continue;
    }
    for (Piece *piece = guest->first, *next; piece; piece = next) {
      next = piece->next;
      free(piece);
    }
    free(guest->came.data);
    free(guest);
  }
  count = kept;
}

static void turn(int listener, double *pause_until) { /* wait for something, and serve it */
  int number = count;
  struct pollfd watched[number + 1];
  for (int i = 0; i < number; i++) {
    Guest *guest = guests[i];
    int reads = !guest->ended && !guest->held && guest->state != LEAVING;
    watched[i] = (struct pollfd){guest->fd, (reads ? POLLIN : 0) | (guest->first ? POLLOUT : 0), 0};
  }
  int accepts = listener >= 0 && now() >= *pause_until;
  watched[number] = (struct pollfd){accepts ? listener : -1, POLLIN, 0};
  if (poll(watched, number + 1, 50) < 0) return;
  for (int i = 0; i < number; i++) {
    if (guests[i]->first && watched[i].revents) flush(guests[i]);
    if (watched[i].revents & ~POLLOUT && !guests[i]->doomed) receive(guests[i]);
  }
  if (watched[number].revents) {
    errno = 0;
    for (int i = 0; i < 10 && let_in(listener); i++) continue; /* who has gone is to be seen first */
    if (errno == EMFILE || errno == ENFILE) *pause_until = now() + 0.1;
  }
  for (int i = 0; i < count; i++) look_after(guests[i]);
  bury();
}

static void say_last_words(void) {
  for (int i = 0; i < count; i++) {
    guests[i]->name[0] = 0; /* nobody hears who leaves now */
    guests[i]->held = 0;
    inform(guests[i], "* the server is closing\n");
    guests[i]->state = LEAVING;
    guests[i]->deadline = now() + 1;
  }
  while (count) turn(-1, NULL);
}

/* -- the beginning ------------------------------------------------------------------------- */

static void usage(void) {
  fprintf(stderr, "usage: server.py [--echo] [--host HOST] [--port N] [--buffer N] [--outbox N] "
                  "[--file-timeout S] [--name-timeout S] [--max-clients N]\n");
  exit(2);
}

static long whole(const char *text, long least, long most) {
  char *end;
  long number = strtol(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end || number < least || number > most) usage();
  return number;
}

static double seconds(const char *text) {
  char *end;
  double number = strtod(text, &end);
  if (!strchr("0123456789.", text[0]) || *end || !(number > 0)) usage();
  return number;
}

static void read_options(char **word) {
  while (*++word) {
    const char *name = *word, *value = NULL;
    if (LESSON >= 10 && !strcmp(name, "--echo")) {
      given.echo = 1;
      continue;
    }
    if (!(value = *++word)) usage();
    if (!strcmp(name, "--host")) given.host = value;
    else if (!strcmp(name, "--port")) given.port = whole(value, 0, 65535);
    else if (!strcmp(name, "--buffer")) given.buffer = whole(value, 1, 65536);
    else if (LESSON < 10) usage();
    else if (!strcmp(name, "--outbox")) given.outbox = whole(value, 1, 1L << 40);
    else if (!strcmp(name, "--max-clients")) given.most = whole(value, 1, 1L << 40);
    else if (!strcmp(name, "--file-timeout")) given.file = seconds(value);
    else if (!strcmp(name, "--name-timeout")) given.name = seconds(value);
    else usage();
  }
}

static int listener_of(char *port) { /* exits when there is none */
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  snprintf(port, 6, "%ld", given.port);
  int failed = getaddrinfo(given.host, port, &hints, &found);
  const char *reason = failed ? gai_strerror(failed) : NULL;
  int fd = failed ? -1 : socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (failed || bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, 1024)) {
    fprintf(stderr, "cannot listen on %s:%s: %s\n", given.host, port, reason ? reason : strerror(errno));
    exit(1);
  }
  freeaddrinfo(found);
  return fd;
}

static void stop(int number) {
  (void)number;
  stopped = 1;
}

int main(int number, char **words) {
  (void)number;
  char port[6];
  struct rlimit limit;
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  read_options(words);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int listener = listener_of(port);
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("listening on %s:%d\n", given.host, ntohs(address.sin_port));
  fflush(stdout);
  double pause_until = 0;
  while (!stopped) turn(listener, &pause_until);
  close(listener);
  if (LESSON >= 10) say_last_words();
  return 0;
}
