import type { ShimFlags } from './parse-flags.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The variables of Kubewarden's policy server that apply here, with the flags that they stand for. */
export const ENVIRONMENT_VARIABLES = {
  KUBEWARDEN_BIND_ADDRESS: 'addr',
  KUBEWARDEN_CERT_FILE: 'certFile',
  KUBEWARDEN_DOCKER_CONFIG_JSON_PATH: 'dockerConfigJsonPath',
  KUBEWARDEN_KEY_FILE: 'keyFile',
  KUBEWARDEN_LOG_FMT: 'logFmt',
  KUBEWARDEN_LOG_LEVEL: 'logLevel',
  KUBEWARDEN_POLICIES: 'policies',
  KUBEWARDEN_POLICIES_DOWNLOAD_DIR: 'policiesDownloadDir',
  KUBEWARDEN_POLICY_TIMEOUT: 'policyTimeout',
  KUBEWARDEN_PORT: 'port',
  KUBEWARDEN_READINESS_PROBE_PORT: 'readinessProbePort',
  KUBEWARDEN_SOURCES_PATH: 'sourcesPath',
  KUBEWARDEN_WORKERS: 'workers',
} as const satisfies Record<string, keyof ShimFlags>

/** The flags as the environment sets them; a deployment written for Kubewarden's policy server works unchanged. */
export function readEnvironment(env: Environment = process.env): ShimFlags {
  const entries = Object.entries(ENVIRONMENT_VARIABLES).map(([variable, flag]) => [flag, env[variable]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/**
 * How many sockets the service manager has passed on, from descriptor 3 on. Meant for the process that LISTEN_PID names;
 * whoever has only inherited the variables has none. https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
 */
export function countInheritedSockets(env: Environment = process.env, pid = process.pid): number {
  if (env['LISTEN_PID'] !== String(pid)) return 0
  const count = Number(env['LISTEN_FDS'])
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}
