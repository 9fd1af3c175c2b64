/**
 * Requests as spans of OpenTelemetry.
 *
 * @module
 */
import type { WireObserver } from "./observer.ts";

/** A span as Deno's tracer makes it; the parts that are used here. */
interface Span {
  setStatus(status: { readonly code: number; readonly message?: string }): void;
  end(time: number): void;
}

/** What `Deno.telemetry` gives; the parts that are used here. */
interface Tracer {
  startSpan(
    name: string,
    options: {
      readonly kind: number;
      readonly startTime: number;
      readonly attributes: Record<string, string | number>;
    },
  ): Span;
}

/** SpanKind.SERVER and SpanStatusCode.ERROR of the OpenTelemetry API. */
const KIND_SERVER = 1;
const STATUS_ERROR = 2;

/**
 * An observer that makes a span of each request, named `fusewire.Lookup` and the like, through Deno's own
 * OpenTelemetry. That is on when the process runs with `OTEL_DENO=true`; otherwise a span costs little and
 * goes nowhere.
 *
 * @example
 * ```ts
 * import { newMemoryProvider, newVFSServer, telemetryObserver } from "@fusewire/vfs";
 *
 * await using server = newVFSServer(newMemoryProvider(), { observer: telemetryObserver() });
 * ```
 */
export function telemetryObserver(): WireObserver {
  const tracer: Tracer = Deno.telemetry.tracerProvider.getTracer("fusewire");
  return ({ op, name, connection, path, durationMs, bytesIn, bytesOut, errno }) => {
    const endTime = performance.timeOrigin + performance.now();
    const span = tracer.startSpan(`fusewire.${name ?? op}`, {
      kind: KIND_SERVER,
      startTime: endTime - durationMs,
      attributes: {
        "fusewire.op": op,
        "fusewire.connection": connection,
        "fusewire.bytes_in": bytesIn,
        "fusewire.bytes_out": bytesOut,
        ...(path === "" ? {} : { "file.path": path }),
        ...(errno === null ? {} : { "error.type": errno }),
      },
    });
    if (errno !== null) span.setStatus({ code: STATUS_ERROR, message: errno });
    span.end(endTime);
  };
}
