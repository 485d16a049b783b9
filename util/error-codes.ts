/**
 * Every error code a user can meet, with the line that `docs/errors.md` prints for it. Codes are stable: scripts
 * match on them, so a code is never reused for something else.
 */
export const ERROR_CODES = {
  ERR_ADMIN_REQUEST: 'The shim was asked by its admin socket for something that it cannot do.',
  ERR_ADMIN_UNREACHABLE: 'No shim answers on the admin socket.',
  ERR_BINARIES_BUILD: 'A control-plane binary could not be built from its Go module.',
  ERR_BINARIES_CHECKSUM: 'A downloaded binary does not have the checksum that its release publishes.',
  ERR_BINARIES_DOWNLOAD: 'A control-plane binary could not be downloaded.',
  ERR_BINARIES_MISSING: 'No source has the control-plane binary; the message lists what was tried.',
  ERR_BENCH_OPTIONS: 'The benchmark was asked for something that it cannot measure.',
  ERR_BENCH_STOPPED: 'The benchmark was stopped by a signal; what it had started is gone.',
  ERR_CLI_USAGE: 'A command, flag or argument is not understood.',
  ERR_CLUSTER_API: 'The API server refused or failed a call that the harness depends on.',
  ERR_CLUSTER_EXISTS: 'A cluster of that name exists with other options.',
  ERR_CLUSTER_NAME: 'The cluster name cannot be used.',
  ERR_CLUSTER_NOT_FOUND: 'No cluster has that name.',
  ERR_CLUSTER_OPTIONS: 'The options of the cluster contradict each other.',
  ERR_CLUSTER_START: 'A process of the cluster did not become ready; the message shows the end of its log.',
  ERR_CLUSTER_STOPPED: 'The start of a cluster was stopped by a signal; the message says what became of it.',
  ERR_ENTRY_UNANSWERED: 'A policy of a shared webhook entry could not be asked; failurePolicy decides.',
  ERR_FILE_READ: 'A file that was named cannot be read.',
  ERR_INTERNAL: 'A defect in Gatehouse itself; please report it with the whole message.',
  ERR_KUBE_API: 'The API server refused or failed a call; the message has its own words.',
  ERR_KUBE_CONFIG: 'The kubeconfig, or the service account of the Pod, has problems; all of them are listed.',
  ERR_KUBE_CONNECTION: 'The API server could not be reached, or did not answer in time.',
  ERR_LOCK_TIMEOUT: 'Another process holds a lock for longer than one is willing to wait.',
  ERR_MODULE_INVALID: 'The file is not a WebAssembly module that can be loaded.',
  ERR_MODULE_METADATA: 'The module carries no Kubewarden metadata, or metadata that cannot be used.',
  ERR_MODULE_SOURCE: 'The module reference cannot be resolved to bytes.',
  ERR_NAMESPACE_NOT_FOUND:
    'The namespace of the request does not exist; the request is denied, as the API server itself would.',
  ERR_NAMESPACES_UNKNOWN:
    'The labels of a namespace cannot be told now, so no namespaceSelector; failurePolicy decides.',
  ERR_OPTIONS_INVALID: 'A configuration file or option has problems; all of them are listed.',
  ERR_PLUGIN_OPTIONS: 'The API server would not accept, or would misunderstand, the configuration asked for.',
  ERR_POLICIES_INVALID: 'The policies file has problems; all of them are listed with file, line and field.',
  ERR_POLICY_NOT_LOADED: 'The policy is configured, but its module could not be loaded; failurePolicy decides.',
  ERR_POLICY_UNKNOWN: 'The shim has no policy of that id; the message lists those that it has.',
  ERR_POOL_FULL: 'All evaluator threads are busy and the queue is full; failurePolicy decides.',
  ERR_POOL_STOPPED: 'The shim is shutting down; failurePolicy decides.',
  ERR_PORT_LISTEN: 'The shim cannot listen on the TCP port.',
  ERR_PROCESS_EXITED: 'A process ended before it was ready.',
  ERR_PROCESS_TIMEOUT: 'A process was not ready in time.',
  ERR_REQUEST_INVALID: 'The request is not an AdmissionReview, an AdmissionRequest or a Kubernetes object.',
  ERR_REQUEST_MALFORMED: 'The request is not JSON.',
  ERR_SETTINGS_INVALID: 'The policy does not accept its settings.',
  ERR_SOCKET_INHERITED: 'The socket that the service manager passed on cannot be used.',
  ERR_SOCKET_IN_USE: 'Another process listens on the socket.',
  ERR_SOCKET_PATH: 'The socket cannot be created at that path.',
  ERR_STORE_CORRUPT:
    'A stored module no longer has the digest under which it was stored, and no source gives it again.',
  ERR_STORE_READ: 'The module store cannot be read.',
  ERR_STORE_WRITE: 'The module store cannot be written to: its folder is read-only, or the disk is full.',
  ERR_TLS_FILES: 'The certificate authority or the certificate cannot be read or written.',
} as const satisfies Record<`ERR_${string}`, string>

/** The closed union of error codes. */
export type ErrorCode = keyof typeof ERROR_CODES
