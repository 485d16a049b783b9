/** How a module is called; `component` is ours, the others are Kubewarden's. */
export type ExecutionMode = 'kubewarden-wapc' | 'wasi' | 'opa' | 'gatekeeper'
