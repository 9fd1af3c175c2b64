/**
 * The wire: a provider for other processes, and the provider that speaks with them.
 *
 * A {@linkcode VFSServer} serves any provider over anything with a readable and a writable side;
 * {@linkcode connectUDS} and {@linkcode connectVFS} make a {@linkcode RemoteProvider} of the other end. Version 1
 * is the protocol of the Go original, byte for byte; version 2 carries the whole contract. `PROTOCOL.md`
 * beside this file is the specification; it is written from the same tables as the codec.
 *
 * Everything that comes from outside has a named limit ({@linkcode WireLimits}). A client can take requests
 * back, hear of changes that others make, lease directories until somebody changes them, and, with a {@linkcode ReconnectPolicy}, come back after its
 * connection has ended. Any session can be recorded and said again ({@linkcode recordSession},
 * {@linkcode replaySession}).
 *
 * Lifetimes: a server does not own its provider; a remote provider owns its connection. Open files belong to
 * their connection: the server closes them with it.
 *
 * Who owns which buffer: `data` of a decoded message is a view of the frame, good until the request has
 * been answered or the next reply is read. A server lets a provider that answers at once read into the
 * outgoing buffer itself.
 *
 * @module
 */
export {
  decodeFirstRequest,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  type WireVersion,
} from "./codec.ts";
export { connectUDS, type ConnectUDSOptions, connectVFS } from "./connect_vfs.ts";
export { fromGoFileMode, GoMode, toGoFileMode } from "./go_file_mode.ts";
export { DEFAULT_LIMITS, WIRE_VERSION, type WireLimits } from "./limits.ts";
export { memoryPipe } from "./memory_pipe.ts";
export type { WireEvent, WireObserver } from "./observer.ts";
export { OpCode, type OpName, opName, SetBits } from "./op_code.ts";
export { OPERATIONS, type OpRow } from "./operations.ts";
export { recordSession } from "./record_session.ts";
export type { ReconnectPolicy } from "./reconnect_policy.ts";
export { RemoteHandle } from "./remote_handle.ts";
export { RemoteProvider } from "./remote_provider.ts";
export { type ReplayDifference, type ReplayOptions, replaySession } from "./replay_session.ts";
export { formatRecordedFrame, parseRecording, type RecordedFrame } from "./session_recording.ts";
export type { InodeSource } from "./stat_message.ts";
export { telemetryObserver } from "./telemetry_observer.ts";
export type { ByteChannel, DuplexStreams, WireConnection } from "./transport.ts";
export { VFSClient } from "./vfs_client.ts";
export type { VFSClientOptions } from "./vfs_client_options.ts";
export { VFSDirEntry } from "./vfs_dir_entry.ts";
export { VFSHello, VFSLock, VFSStatFs, VFSTimes } from "./vfs_parts.ts";
export { VFSRequest } from "./vfs_request.ts";
export { NOTICES, VFSResponse } from "./vfs_response.ts";
export { type CloseOptions, newVFSServer, VFSServer, type VFSServerOptions } from "./vfs_server.ts";
export { VFSStat } from "./vfs_stat.ts";
export { type ListenOptions, listenUnix } from "./unix_socket.ts";
export type { WireListener } from "./wire_listener.ts";
export { WireError } from "./wire_error.ts";
