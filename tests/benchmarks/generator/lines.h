/* What the members say, and what must come back of it. No socket in here.

   A text is its sender and its number, spelt with eight letters each, filling, and the number once
   more at the end: so the halves of two lines never make a whole one. The server puts the sender's
   name in front: nothing with the protocol of lesson 04, "m0001: " with that of lesson 06, and with
   IRC ":m0001", the rest of its address, and the command. The check compares every byte. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 8, NAME = 5, MOST_OF_A_LINE = 4096 };

static int text_size;        /* bytes of a text as it is sent, without its end */
static int front;            /* bytes that stand in front of it when it is received */
static int line_size;        /* bytes of a line as it is received, with its end */
static int sent_size;        /* and as it is sent */
static enum { BARE, NAMED, IRC } protocol;
static const char *verb = "", *ending = "\n";
static char address[128];    /* IRC: what stands behind a name in front of a line */
static char *patterns;       /* line number 0 of each sender, as it is received */

/* Spell a number with the letters a to p, least first: a digit of four bits each. */
static uint64_t spelt(uint32_t number) {
    uint64_t spread = number;
    spread = (spread | spread << 16) & 0x0000FFFF0000FFFFULL;
    spread = (spread | spread << 8) & 0x00FF00FF00FF00FFULL;
    spread = (spread | spread << 4) & 0x0F0F0F0F0F0F0F0FULL;
    return spread + 0x6161616161616161ULL;
}

/* Read a number that was spelt so; letters that are none give a number that will not fit. */
static uint32_t number_at(const char *letters) {
    uint64_t spread;
    memcpy(&spread, letters, LETTERS);
    spread -= 0x6161616161616161ULL;
    if (spread & 0xF0F0F0F0F0F0F0F0ULL) return UINT32_MAX;
    spread = (spread | spread >> 4) & 0x00FF00FF00FF00FFULL;
    spread = (spread | spread >> 8) & 0x0000FFFF0000FFFFULL;
    return (uint32_t)(spread | spread >> 16);
}

static void put_number(char *letters, uint32_t number) {
    uint64_t spelling = spelt(number);
    memcpy(letters, &spelling, LETTERS);
}

static void put_name(char *name, int member) { snprintf(name, NAME + 1, "m%04u", member % 10000U); }

static void choose_protocol(const char *name) {
    protocol = !strcmp(name, "irc") ? IRC : !strcmp(name, "named") ? NAMED : BARE;
    if (protocol == IRC) verb = "PRIVMSG #room :", ending = "\r\n";
}

/* Write what stands in front of a sender's text when it is received; return how much that is. */
static int put_front(char *to, int sender) {
    char name[NAME + 1];
    put_name(name, sender);
    if (protocol == IRC) return sprintf(to, ":%s%s %s", name, address, verb);
    return protocol == NAMED ? sprintf(to, "%s: ", name) : 0;
}

/* Make the patterns of so many members' lines. size: bytes of a text, 32 at least. */
static void make_patterns(int members, int size) {
    char before[MOST_OF_A_LINE];
    text_size = size;
    front = put_front(before, 0);
    line_size = front + text_size + (int)strlen(ending);
    sent_size = (int)strlen(verb) + text_size + (int)strlen(ending);
    patterns = realloc(patterns, (size_t)members * line_size + 1);
    for (int sender = 0; sender < members; sender++) {
        char *line = patterns + (size_t)sender * line_size, *text = line + front;
        put_front(before, sender);
        memcpy(line, before, front);
        for (int at = 0; at < text_size; at++) text[at] = 'A' + (sender * 7 + at) % 26;
        put_number(text, (uint32_t)sender);
        put_number(text + LETTERS, 0);
        put_number(text + text_size - LETTERS, 0);
        memcpy(text + text_size, ending, strlen(ending));
    }
}

/* Write a line as it is sent. */
static void put_line(char *to, int sender, uint32_t number) {
    size_t before = strlen(verb);
    memcpy(to, verb, before);
    to += before;
    memcpy(to, patterns + (size_t)sender * line_size + front, sent_size - before);
    put_number(to + LETTERS, number);
    put_number(to + text_size - LETTERS, number);
}

static uint32_t sender_of(const char *line) { return number_at(line + front); }
static uint32_t number_of(const char *line) { return number_at(line + front + LETTERS); }

/* Say whether these line_size bytes are, every one of them, this sender's line of this number. */
static int is_line(const char *line, uint32_t sender, uint32_t number) {
    const char *like = patterns + (size_t)sender * line_size;
    int first = front + LETTERS, filling = first + LETTERS, end = front + text_size;
    int last = end - LETTERS;
    uint64_t spelling = spelt(number);
    return !memcmp(line, like, first) && !memcmp(line + first, &spelling, LETTERS) &&
           !memcmp(line + filling, like + filling, last - filling) &&
           !memcmp(line + last, &spelling, LETTERS) &&
           !memcmp(line + end, like + end, line_size - end);
}
