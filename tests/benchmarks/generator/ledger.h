/* What every member is due, and what came instead: each delivery is in this book. No socket here.

   A line that jumps ahead makes the skipped ones missing. A missing one that comes after all was
   out of order; one that was not missing comes twice; what is nobody's line at all is garbled. What
   is missing at the end was lost, or is what the garbled ones were made of. */

#include "lines.h"

enum { WINDOW = 64 };        /* lines of one sender in flight, at most */

typedef struct { uint32_t member, sender, number; } Missing;

static struct { long whole, garbled, doubled, out_of_order; } counted;
static int members, senders;
static long repeats;         /* after so many lines the numbers begin again; 0: never */
static uint32_t *due;        /* the number that member m must get next from sender s */
static uint32_t *said;       /* how many lines each sender has sent */
static uint32_t *received;   /* how many of each sender's lines everybody has */
static uint16_t *receipts;   /* who has each of a sender's lines in flight */
static Missing *missing;
static long missing_count, missing_room;

static void open_ledger(int number_of_members, int number_of_senders) {
    members = number_of_members, senders = number_of_senders;
    memset(&counted, 0, sizeof counted);
    missing_count = 0;
    due = realloc(due, sizeof *due * members * senders);
    said = realloc(said, sizeof *said * senders);
    received = realloc(received, sizeof *received * senders);
    receipts = realloc(receipts, sizeof *receipts * senders * WINDOW);
    memset(due, 0, sizeof *due * members * senders);
    memset(said, 0, sizeof *said * senders);
    memset(received, 0, sizeof *received * senders);
    memset(receipts, 0, sizeof *receipts * senders * WINDOW);
}

/* One member more has this line, or will never have it: both let its sender go on. */
static void receipt(uint32_t sender, uint32_t number) {
    uint16_t *ring = receipts + (size_t)sender * WINDOW;
    ring[number % WINDOW]++;
    while (received[sender] < said[sender] && ring[received[sender] % WINDOW] >= members - 1)
        ring[received[sender]++ % WINDOW] = 0;
}

/* Take line_size bytes if they are just what this member is due next from some sender. */
static int took_next(int member, const char *line) {
    uint32_t sender = sender_of(line);
    if (sender >= (uint32_t)senders) return 0;
    uint32_t *next = due + (size_t)member * senders + sender;
    if (*next >= said[sender] || !is_line(line, sender, *next)) return 0;
    counted.whole++;
    receipt(sender, (*next)++);
    if (repeats && *next == repeats) *next = 0;
    return 1;
}

static void miss(uint32_t member, uint32_t sender, uint32_t number) {
    if (missing_count == missing_room) {
        missing_room = missing_room ? 2 * missing_room : 1024;
        missing = realloc(missing, sizeof *missing * missing_room);
    }
    missing[missing_count++] = (Missing){member, sender, number};
    receipt(sender, number);
}

static int was_missing(uint32_t member, uint32_t sender, uint32_t number) {
    for (long at = missing_count - 1; at >= 0; at--)
        if (missing[at].member == member && missing[at].sender == sender &&
            missing[at].number == number) {
            missing[at] = missing[--missing_count];
            return 1;
        }
    return 0;
}

/* Take a line of this many bytes, its end included, that was not the next one. */
static void took_odd(int member, const char *line, int length) {
    uint32_t sender = length == line_size ? sender_of(line) : UINT32_MAX;
    uint32_t number = sender < (uint32_t)senders ? number_of(line) : UINT32_MAX;
    if (sender >= (uint32_t)senders || number >= said[sender] || !is_line(line, sender, number)) {
        counted.garbled++;
        return;
    }
    uint32_t *next = due + (size_t)member * senders + sender;
    if (number < *next) {
        if (!was_missing(member, sender, number)) { counted.doubled++; return; }
        counted.out_of_order++;
    } else {
        while (*next < number) miss(member, sender, (*next)++);
        receipt(sender, (*next)++);
    }
    counted.whole++;
}

/* Return how many deliveries are still due, apart from those that were jumped over. */
static long still_due(void) {
    long number = 0;
    for (int member = 0; member < members; member++)
        for (int sender = 0; sender < senders; sender++)
            if (member != sender) number += said[sender] - due[(size_t)member * senders + sender];
    return number;
}

static long lost(void) {
    long number = missing_count + still_due() - counted.garbled;
    return number > 0 ? number : 0;
}
