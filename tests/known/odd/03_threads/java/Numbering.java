// The numbered lines of lesson 03 in Java: a thread a client, and nothing of the kit.
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

public class Numbering {
  static final int MAX_LINE = 65536;
  static String host = "127.0.0.1";
  static int port = 5555;
  static int buffer = 4096;

  static class TooLong extends Exception {}

  /** One client's visit: its unfinished line and its counter. */
  static class Visit {
    final byte[] line = new byte[MAX_LINE + 2];
    final OutputStream out;
    int length = 0;
    int number = 0;

    Visit(OutputStream out) {
      this.out = out;
    }

    int withoutReturn() {
      return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    }

    void take(byte one) throws IOException, TooLong {
      if (one == '\n') {
        answer();
        return;
      }
      line[length++] = one;
      if (withoutReturn() > MAX_LINE || length > MAX_LINE + 1) throw new TooLong();
    }

    void answer() throws IOException {
      String text = new String(line, 0, withoutReturn(), StandardCharsets.UTF_8);
      number++;
      out.write((number + ": " + text + "\n").getBytes(StandardCharsets.UTF_8));
      length = 0;
    }
  }

  static void serve(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    byte[] chunk = new byte[buffer];
    Visit visit = new Visit(client.getOutputStream());
    try {
      for (int got; (got = in.read(chunk)) > 0; ) {
        for (int place = 0; place < got; place++) visit.take(chunk[place]);
      }
    } catch (TooLong tooLong) {
      visit.out.write("* line too long\n".getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
      throwAway(client, in, chunk);
    }
  }

  static void throwAway(Socket client, InputStream in, byte[] chunk) throws IOException {
    long end = System.nanoTime() + 1_000_000_000L;
    for (long left; (left = (end - System.nanoTime()) / 1_000_000) > 0; ) {
      client.setSoTimeout((int) left);
      if (in.read(chunk) < 0) return;
    }
  }

  static void welcome(Socket client) {
    try (client) {
      serve(client);
    } catch (IOException gone) {
      // this client is gone; nobody else is concerned
    }
  }

  static void readOptions(String[] words) {
    try {
      for (int i = 0; i < words.length; i += 2) {
        switch (words[i]) {
          case "--host" -> host = words[i + 1];
          case "--port" -> port = Integer.parseInt(words[i + 1]);
          case "--buffer" -> buffer = Integer.parseInt(words[i + 1]);
          default -> throw new IllegalArgumentException();
        }
      }
      if (port < 0 || port > 65535 || buffer < 1) throw new IllegalArgumentException();
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException confused) {
      System.err.println("usage: server.py [--host HOST] [--port PORT] [--buffer N]");
      System.exit(2);
    }
  }

  public static void main(String[] words) throws IOException {
    readOptions(words);
    ServerSocket listener = new ServerSocket();
    try {
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(host, port), 1024);
    } catch (IOException error) {
      System.err.println("cannot listen on " + host + ":" + port + ": " + error.getMessage());
      System.exit(1);
    }
    // A signal ends a Java program with another status than 0, unless it is halted here.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
    System.out.println("listening on " + host + ":" + listener.getLocalPort());
    while (true) {
      Socket client = listener.accept();
      new Thread(() -> welcome(client)).start();
    }
  }
}
