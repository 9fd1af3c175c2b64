import { assert, assertEquals } from "@std/assert";

const PROGRAM = `
  import { newMemoryProvider } from "${new URL("../providers/mod.ts", import.meta.url)}";
  import { connectVFS, memoryPipe, newVFSServer, telemetryObserver } from "${new URL(
  "mod.ts",
  import.meta.url,
)}";
  const server = newVFSServer(newMemoryProvider(), { observer: telemetryObserver() });
  const [near, far] = memoryPipe();
  server.handleConnection(far);
  const remote = await connectVFS(near);
  await remote.mkdir("/d", 0o755);
  await remote.stat("/none").catch(() => {});
  await remote.close();
  await server.close();
`;

/** What a collector of OpenTelemetry is told by a program that Deno runs. */
async function spansOf(program: string): Promise<string[]> {
  const told: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const text = new TextDecoder("latin1").decode(await request.arrayBuffer());
      if (new URL(request.url).pathname.endsWith("/traces")) told.push(text);
      return new Response("{}", { headers: { "content-type": "application/json" } });
    },
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "-"],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
    },
    stdin: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  assertEquals((await child.status).code, 0);
  await server.shutdown();
  return told;
}

Deno.test("telemetryObserver() makes a span of each request when telemetry is on", async () => {
  const told = (await spansOf(PROGRAM)).join("");
  for (const part of ["fusewire.Mkdir", "fusewire.Getattr", "/none", "ENOENT"]) {
    assert(told.includes(part), `no ${part} in what the collector was told`);
  }
});
