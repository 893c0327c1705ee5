# The room of lesson 10 in Perl: one thread and poll(), and nothing of the kit.
use strict;
use warnings;
use Encode qw(decode encode);
use Errno qw(EAGAIN EINTR EMFILE ENFILE);
use IO::Poll qw(POLLIN POLLOUT);
use IO::Socket::INET;
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use constant { MAX_LINE => 65536, MAX_CHUNK => 65536, FEW => 5 * 65536 };
my $QUESTION = '* what is your name?';
my @FORMS = ('/who', '/msg NAME TEXT', '/nick NEW', '/file ID SIZE NAME', '/data ID N',
    '/end ID SHA256', '/cancel ID', '/help', '/quit');
my %form = map { (split / /)[0] => $_ } @FORMS;
my %run = ('/who' => \&who, '/msg' => \&msg, '/nick' => \&nick, '/file' => \&file,
    '/end' => \&end, '/cancel' => \&cancel, '/help' => \&help,
    '/quit' => sub { hang_up($_[0], '* goodbye') });
my %given = (host => '127.0.0.1', port => 5555, buffer => 4096, outbox => 8 * 1024 * 1024,
    'file-timeout' => 10, 'name-timeout' => 30, 'max-clients' => 1000, echo => 0);
my %guests;    # descriptor -> guest
my %room;      # name in lower case -> guest
my %files;     # SENDER/ID -> file
my $stopped = 0;

sub usage {
    print STDERR 'usage: server.py [--echo] [--host HOST] [--port N] [--buffer N] [--outbox N] '
        . "[--file-timeout S] [--name-timeout S] [--max-clients N]\n";
    exit 2;
}

sub read_options {
    while (defined(my $word = shift @ARGV)) {
        my ($name) = $word =~ /^--([a-z-]+)$/ or usage();
        usage() unless exists $given{$name};
        if ($name eq 'echo') { $given{echo} = 1; next }
        my $value = shift @ARGV;
        usage() unless defined $value;
        usage() if $name =~ /timeout/ && $value !~ /^[0-9]*\.?[0-9]+$/;
        usage() if $name !~ /timeout|host/ && $value !~ /^[0-9]+$/;
        $given{$name} = $value;
    }
    usage() if $given{port} > 65535 || $given{buffer} < 1 || $given{buffer} > 65536;
}

# -- what goes out ----------------------------------------------------------------------------

sub put {    # queue bytes for one guest, and send what can be sent; kind: lines or files
    my ($guest, $data, $kind) = @_;
    return if $guest->{doomed} || $guest->{state} ne 'talking';
    $guest->{since} = time if $kind eq 'files' && !$guest->{waiting}{files};
    push @{ $guest->{queue} }, [$data, $kind, 0];
    $guest->{waiting}{$kind} += length $data;
    flush($guest) if @{ $guest->{queue} } == 1;
    $guest->{doomed} = 1 if $guest->{waiting}{lines} > $given{outbox};
}

sub inform { put($_[0], encode('UTF-8', join('', map { "$_\n" } @_[1 .. $#_])), 'lines') }

sub say_to_all {
    my ($line, $but) = @_;
    my $data = encode('UTF-8', "$line\n");
    for my $guest (values %room) {
        put($guest, $data, 'lines') unless $but && $but == $guest;
    }
}

sub flush {
    my ($guest) = @_;
    while (my $first = $guest->{queue}[0]) {
        my $left = length($first->[0]) - $first->[2];
        my $sent = syswrite $guest->{socket}, $first->[0], $left, $first->[2];
        if (!defined $sent) {
            $guest->{doomed} = 1 unless $! == EAGAIN || $! == EINTR;
            return;
        }
        $guest->{since} = time;
        $guest->{waiting}{ $first->[1] } -= $sent;
        $first->[2] += $sent;
        shift @{ $guest->{queue} } if $sent == $left;
    }
}

sub hang_up {    # say the last words, if there are any, and let nothing come behind them
    my ($guest, $notice, $state) = @_;
    leave($guest);
    inform($guest, $notice) if defined $notice;
    $guest->{came} = '';
    $guest->{state} = $state || 'hanging up';
    $guest->{deadline} = time + 30;
}

sub forget {
    my ($guest, $how) = @_;
    setsockopt $guest->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0) if $how eq 'drop';
    $guest->{doomed} = 1;
    leave($guest);
    delete $guests{ $guest->{number} };
    close $guest->{socket};
}

# -- the room ---------------------------------------------------------------------------------

sub owner { return $_[0] =~ /\A[A-Za-z0-9_-]{1,20}\z/ ? $room{ lc $_[0] } : undef }

sub refusal {
    my ($guest, $name) = @_;
    return '* a name is 1 to 20 letters, digits, - or _' if $name !~ /\A[A-Za-z0-9_-]{1,20}\z/;
    my $owner = owner($name);
    return $owner && $owner != $guest ? '* that name is taken' : undef;
}

sub leave {
    my ($guest) = @_;
    return unless defined $guest->{name} && ($room{ lc $guest->{name} } || 0) == $guest;
    close_file($guest, $_, '/cancel LABEL') for keys %{ $guest->{mine} };
    delete $room{ lc $guest->{name} };
    delete $_->{receivers}{ $guest->{number} } for values %files;
    say_to_all("* $guest->{name} left");
}

sub serve_line {
    my ($guest, $line) = @_;
    if (!defined $guest->{name}) {
        if (my $refusal = refusal($guest, $line)) {
            inform($guest, $refusal, $QUESTION);
            return;
        }
        $guest->{name} = $line;
        inform($guest, "* welcome, $line");
        say_to_all("* $line joined");
        $room{ lc $line } = $guest;
    }
    elsif ($line =~ m{\A/data(?: |\z)}) {
        my ($number, $size) = $line =~ m{\A/data ([0-9]{1,9}) ([0-9]{1,9})\z};
        if (defined $size && $size >= 1 && $size <= MAX_CHUNK) {
            $guest->{chunk} = [$number, $size];
        }
        else { hang_up($guest, '* bad frame') }
    }
    elsif ($line =~ m{\A/(?!/)}) { obey($guest, $line) }
    elsif ($line ne '') {
        $line =~ s{\A/}{};
        say_to_all("$guest->{name}: $line", $given{echo} ? undef : $guest);
    }
}

sub obey {
    my ($guest, $line) = @_;
    my ($word, $rest) = $line =~ /\A([^ ]*)(.*)\z/s;
    if (!$form{$word}) {
        inform($guest, '* unknown command /' . substr($word, 1, 20) . ', try /help');
        return;
    }
    my $wanted = () = $form{$word} =~ / /g;
    my @words = $wanted ? split(/ /, $rest, $wanted + 1) : ();
    shift @words;
    my $fits = $wanted ? @words == $wanted && !grep { $_ eq '' } @words : $rest eq '';
    inform($guest, "* usage: $form{$word}") unless $fits && $run{$word}->($guest, @words);
}

sub who {
    inform($_[0], '* here: ' . join ', ', map { $room{$_}{name} } sort keys %room);
    return 1;
}

sub msg {
    my ($guest, $name, $text) = @_;
    my $receiver = owner($name);
    if ($receiver) {
        inform($receiver, "$guest->{name} (private): $text");
        inform($guest, "* told $receiver->{name}");
    }
    else { inform($guest, "* no one here is called $name") }
    return 1;
}

sub nick {
    my ($guest, $new) = @_;
    if (my $refusal = refusal($guest, $new)) {
        inform($guest, $refusal);
        return 1;
    }
    my $old = $guest->{name};
    delete $room{ lc $old };
    $guest->{name} = $new;
    $room{ lc $new } = $guest;
    say_to_all("* $old is now $new");
    return 1;
}

sub help { inform($_[0], map { "* $_" } @FORMS); return 1 }

# -- files ------------------------------------------------------------------------------------

sub is_harmless {
    my ($name) = @_;
    return $name !~ m{\A\.|\A *\z|[/\\\p{Cc}]} && length(encode('UTF-8', $name)) <= 200;
}

sub is_off { inform($_[0], "* transfer $_[1] cancelled: $_[2]"); return 1 }

sub put_file {
    my ($file, $data, $kind) = @_;
    put($_, $data, $kind) for values %{ $file->{receivers} };
}

sub close_file {
    my ($guest, $number, $line) = @_;
    my $file = delete $guest->{mine}{$number};
    delete $files{ $file->{label} };
    $line =~ s/LABEL/$file->{label}/;
    put_file($file, "$line\n", 'lines');
    return $file;
}

sub stop_file {
    my ($guest, $number, $reason) = @_;
    close_file($guest, $number, '/cancel LABEL') if $guest->{mine}{$number};
    return is_off($guest, $number, $reason);
}

sub file {
    my ($guest, $number, $size, $name) = @_;
    return 0 if $number !~ /\A[0-9]{1,9}\z/ || $size !~ /\A[0-9]{1,15}\z/;
    my $label = "$guest->{name}/$number";
    return stop_file($guest, $number, 'announced twice') if $guest->{mine}{$number};
    return is_off($guest, $number, 'not with this name') unless is_harmless($name);
    return is_off($guest, $number, 'this label is in use') if $files{$label};
    my %receivers = map { $_->{number} => $_ } grep { $_ != $guest } values %room;
    my $file = { label => $label, size => $size, name => $name, left => $size };
    $file->{receivers} = \%receivers;
    $files{$label} = $guest->{mine}{$number} = $file;
    put_file($file, encode('UTF-8', "/file $label $size $name\n"), 'lines');
    return 1;
}

sub end {
    my ($guest, $number, $digest) = @_;
    return 0 if $number !~ /\A[0-9]{1,9}\z/;
    my $file = $guest->{mine}{$number};
    return stop_file($guest, $number, 'not whole')
        if !$file || $file->{left} > 0 || $digest !~ /\A[0-9a-f]{64}\z/;
    close_file($guest, $number, "/end LABEL $digest");
    my @names = sort { lc $a cmp lc $b } map { $_->{name} } values %{ $file->{receivers} };
    my $whom = join(', ', @names) || 'nobody';
    inform($guest, "* sent $file->{name} ($file->{size} bytes) to $whom");
    return 1;
}

sub cancel {
    my ($guest, $number) = @_;
    return $number =~ /\A[0-9]{1,9}\z/ ? stop_file($guest, $number, 'stopped') : 0;
}

sub is_crowded {
    my ($file) = @_;
    return grep { $_->{waiting}{files} > FEW && !$_->{doomed} } values %{ $file->{receivers} };
}

sub serve_chunk {    # return whether it is all here, and there was space for it
    my ($guest) = @_;
    my ($number, $size) = @{ $guest->{chunk} };
    return 0 if length $guest->{came} < $size;
    my $file = $guest->{mine}{$number};
    $guest->{held} = $file && is_crowded($file);
    return 0 if $guest->{held};
    my $data = substr $guest->{came}, 0, $size, '';
    $guest->{chunk} = undef;
    if (!$file) { is_off($guest, $number, 'this is not open') }
    elsif ($size > $file->{left}) { stop_file($guest, $number, 'too much') }
    else {
        $file->{left} -= $size;
        put_file($file, "/data $file->{label} $size\n" . $data, 'files');
    }
    return 1;
}

# -- what comes -------------------------------------------------------------------------------

sub serve {    # serve all that has come
    my ($guest) = @_;
    $guest->{held} = 0;
    while ($guest->{state} eq 'talking' && !$guest->{doomed}) {
        if ($guest->{chunk}) {
            serve_chunk($guest) or last;
            next;
        }
        my $end = index $guest->{came}, "\n";
        my $line = $end < 0 ? $guest->{came} : substr $guest->{came}, 0, $end;
        $line =~ s/\r\z//;
        if (length $line > MAX_LINE) { hang_up($guest, '* line too long'); return }
        last if $end < 0;
        substr $guest->{came}, 0, $end + 1, '';
        serve_line($guest, decode('UTF-8', $line, Encode::FB_DEFAULT));
    }
    hang_up($guest, undef, 'closing')
        if $guest->{ended} && $guest->{state} eq 'talking' && !$guest->{held};
}

sub receive {
    my ($guest) = @_;
    my $count = sysread $guest->{socket}, my $data, $given{buffer};
    if (!defined $count) {
        $guest->{doomed} = 1 unless $! == EAGAIN || $! == EINTR;
    }
    elsif ($guest->{state} eq 'talking') {
        $guest->{came} .= $data;
        $guest->{ended} = 1 if $count == 0;
        serve($guest);
    }
    elsif ($count == 0) { $guest->{ended} = 1 }
}

sub let_in {    # whoever waits, unless there is no descriptor
    my ($listener) = @_;
    my $socket = $listener->accept or return;
    $socket->blocking(0);
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    my $there = grep { !$_->{turned_away} } values %guests;
    my $guest = { socket => $socket, number => fileno $socket, came => '', mine => {},
        queue => [], waiting => { lines => 0, files => 0 }, since => 0, state => 'talking',
        deadline => time + $given{'name-timeout'} };
    $guests{ $guest->{number} } = $guest;
    if ($there >= $given{'max-clients'}) {
        $guest->{turned_away} = 1;
        hang_up($guest, '* the room is full');
    }
    else { inform($guest, $QUESTION) }
}

# -- the loop ---------------------------------------------------------------------------------

sub look_after {    # one guest, whose time may be over
    my ($guest) = @_;
    my $now = time;
    my $state = $guest->{state};
    my $sent_all = !@{ $guest->{queue} };
    serve($guest) if $guest->{held};
    if ($guest->{doomed}) { forget($guest, 'drop') }
    elsif ($guest->{waiting}{files} && $now - $guest->{since} > $given{'file-timeout'}) {
        forget($guest, 'drop');
    }
    elsif ($state eq 'talking') {
        hang_up($guest) if !defined $guest->{name} && $now > $guest->{deadline};
    }
    elsif ($state eq 'closing' && $sent_all) { forget($guest, 'close') }
    elsif ($state eq 'hanging up' && $sent_all) {
        shutdown $guest->{socket}, 1;
        $guest->{state} = 'lingering';
        $guest->{deadline} = $now + 1;
    }
    elsif ($state eq 'lingering' && $guest->{ended}) { forget($guest, 'close') }
    elsif ($now > $guest->{deadline}) { forget($guest, 'drop') }
}

sub turn {    # wait for something, and serve it
    my ($listener, $pause_until) = @_;
    my $poll = IO::Poll->new;
    $poll->mask($listener => POLLIN) if $listener && time >= $$pause_until;
    for my $guest (my @now = values %guests) {
        my $wanted = @{ $guest->{queue} } ? POLLOUT : 0;
        $wanted |= POLLIN unless $guest->{ended} || $guest->{held} || $guest->{state} eq 'closing';
        $poll->mask($guest->{socket} => $wanted) if $wanted;
    }
    return if $poll->poll(0.05) < 0;
    if ($listener && $poll->events($listener)) {
        let_in($listener);
        $$pause_until = time + 0.1 if $! == EMFILE || $! == ENFILE;
    }
    for my $guest (my @now = values %guests) {
        my $events = $poll->events($guest->{socket}) or next;
        flush($guest) if @{ $guest->{queue} };
        receive($guest) if $events & ~POLLOUT && !$guest->{doomed};
    }
    look_after($_) for my @then = values %guests;
}

sub say_last_words {
    for my $guest (my @now = values %guests) {
        inform($guest, '* the server is closing');
        $guest->{state} = 'closing';
        $guest->{held} = 0;
        $guest->{deadline} = time + 1;
    }
    %room = ();
    turn() while %guests;
}

read_options();
$SIG{PIPE} = 'IGNORE';
$SIG{$_} = sub { $stopped = 1 }
    for qw(INT TERM);
my $listener = IO::Socket::INET->new(LocalAddr => $given{host}, LocalPort => $given{port},
    Proto => 'tcp', Listen => 1024, ReuseAddr => 1);
if (!$listener) {
    print STDERR "cannot listen on $given{host}:$given{port}: $!\n";
    exit 1;
}
$listener->blocking(0);
$| = 1;
print 'listening on ', $listener->sockhost, ':', $listener->sockport, "\n";
my $pause_until = 0;
until ($stopped) { $! = 0; turn($listener, \$pause_until) }
close $listener;
say_last_words();
exit 0;
