import { assertEquals, assertThrows } from "@std/assert";
import { addressOf, addressText } from "./address.ts";
import { UsageError } from "./command_error.ts";

Deno.test("addressOf() reads ports, hosts and machines", () => {
  const good: [Parameters<typeof addressOf>[0], string][] = [
    [{ socket: "/tmp/s" }, "/tmp/s"],
    [{ tcp: "5005" }, "127.0.0.1:5005"],
    [{ tcp: "localhost:5005" }, "127.0.0.1:5005"],
    [{ tcp: "127.8.9.1:0" }, "127.8.9.1:0"],
    [{ tcp: "[::1]:65535" }, "[::1]:65535"],
    [{ tcp: "0.0.0.0:5005", insecure: true }, "0.0.0.0:5005"],
    [{ tcp: "files.example:5005", insecure: true }, "files.example:5005"],
    [{ vsock: "2:5005" }, "vsock 2:5005"],
  ];
  for (const [options, text] of good) {
    const address = addressOf(options, "connect");
    assertEquals(address && addressText(address), text);
  }
  assertEquals(addressOf({ insecure: true }, "listen"), undefined);
  assertEquals(addressOf({ vsock: "5005" }, "listen"), { kind: "vsock", cid: -1, port: 5005 });
});

Deno.test("addressOf() refuses what is no address, and TCP that leaves the machine", () => {
  const bad: [Parameters<typeof addressOf>[0], string][] = [
    [{ tcp: "" }, "TCP address"],
    [{ tcp: "port" }, "TCP address"],
    [{ tcp: "65536" }, "TCP address"],
    [{ tcp: "::1:5005" }, "TCP address"],
    [{ tcp: "127.0.0.1" }, "TCP address"],
    [{ tcp: "1.2.3.4:5:6" }, "TCP address"],
    [{ vsock: "5005" }, "vsock address"],
    [{ vsock: "host:5005" }, "vsock address"],
    [{ vsock: "2:4294967296" }, "vsock address"],
    [{ tcp: "0.0.0.0:5005" }, "this machine alone"],
    [{ tcp: "[::]:5005" }, "this machine alone"],
    [{ tcp: "127.evil.example:5005" }, "this machine alone"],
    [{ tcp: "128.0.0.1:5005" }, "this machine alone"],
    [{ socket: "/tmp/s", tcp: "5005" }, "Only one of"],
  ];
  for (const [options, words] of bad) {
    assertThrows(() => addressOf(options, "connect"), UsageError, words);
  }
});
