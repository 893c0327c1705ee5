"""What Python on Windows does not have, as far as anybody here could want it.

From Python's own documentation, where each of these says "Availability: Unix" or names a system.
"""

MODULES = {
    *("crypt", "curses", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline", "resource"),
    *("spwd", "syslog", "termios", "tty"),
}
ATTRIBUTES = {
    "os": {
        *("chown", "chroot", "ctermid", "fchmod", "fchown", "fork", "forkpty", "getegid"),
        *("geteuid", "getgid", "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority"),
        *("getsid", "getuid", "initgroups", "killpg", "lchown", "memfd_create", "mkfifo"),
        *("mknod", "nice", "openpty", "pidfd_open", "pipe2", "posix_spawn", "sched_getaffinity"),
        *("sched_setaffinity", "sendfile", "set_blocking", "setegid", "seteuid", "setgid"),
        *("setgroups", "setns", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync"),
        *("sysconf", "tcgetpgrp", "tcsetpgrp", "ttyname", "uname", "unshare", "wait", "wait3"),
        *("wait4", "waitid", "O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK"),
        *("O_PATH", "O_SYNC", "WEXITSTATUS", "WIFEXITED", "WIFSIGNALED", "WNOHANG", "WTERMSIG"),
    },
    "signal": {
        *("SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGIO", "SIGKILL", "SIGPIPE"),
        *("SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2"),
        *("SIGWINCH", "SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK", "alarm", "pause"),
        *("pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigpending"),
        *("sigtimedwait", "sigwait", "sigwaitinfo"),
    },
    "socket": {
        *("AF_NETLINK", "AF_PACKET", "AF_UNIX", "CMSG_LEN", "MSG_DONTWAIT", "MSG_NOSIGNAL"),
        *("SCM_RIGHTS", "SO_PEERCRED", "SO_REUSEPORT", "TCP_CORK", "TCP_INFO"),
        *("TCP_QUICKACK", "TCP_USER_TIMEOUT", "recv_fds", "send_fds"),
    },
    "select": {"devpoll", "epoll", "kqueue", "poll"},
    "selectors": {"DevpollSelector", "EpollSelector", "KqueueSelector", "PollSelector"},
}
PLACES = ("/proc", "/dev/", "/sys/", "/tmp", "/bin/", "/usr", "/etc", "/var/")
