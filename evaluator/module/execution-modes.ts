/** Kubewarden's ways to call a module. */
export const EXECUTION_MODES = ['kubewarden-wapc', 'wasi', 'opa', 'gatekeeper'] as const
export type ExecutionMode = (typeof EXECUTION_MODES)[number]
