/** What a flag that is not given means; the help text prints it, so nothing is imported here. */
export const FLAG_DEFAULTS = {
  socket: '/run/gatehouse/gatehouse.sock',
  socketMode: 0o660,
  socketDirMode: 0o750,
  adminSocket: '/run/gatehouse/admin.sock',
  host: 'admission.gatehouse.internal',
  certDir: '/var/lib/gatehouse/pki',
  selectors: 'api-server',
  register: 'none',
  addr: '0.0.0.0',
  queue: 1024,
  policyTimeoutSeconds: 2,
  memoryLimitMib: 128,
  graceSeconds: 25,
  handoverGraceSeconds: 100,
  logLevel: 'info',
  logFmt: 'text',
} as const
