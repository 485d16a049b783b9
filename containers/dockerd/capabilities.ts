/** The capabilities by their bits. https://github.com/torvalds/linux/blob/master/include/uapi/linux/capability.h */
const CAPABILITIES = [
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE',
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN',
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE',
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE',
].flatMap((line) => line.split(' ').map((name) => `CAP_${name}`))

/** From this release on, dockerd asks for no capability that it does not have itself. */
const LIMITS_ITSELF = 23

/**
 * The capabilities that the kernel knows and this process can never have, read from `/proc/self/status` and
 * `/proc/sys/kernel/cap_last_cap`.
 */
export function missingCapabilities(status: string, lastCapability: number): string[] {
  const [, bounding] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status) ?? []
  if (bounding === undefined) return []
  const mask = BigInt(`0x${bounding}`)
  return CAPABILITIES.filter((_name, bit) => bit <= lastCapability && ((mask >> BigInt(bit)) & 1n) === 0n)
}

/** Whether `docker run --privileged` would ask for capabilities that this machine has not; `version` as dockerd prints it. */
export function asksForMissing(version: string, missing: readonly string[]): boolean {
  const [, major] = /version (\d+)\./.exec(version) ?? []
  return missing.length > 0 && (major === undefined || Number(major) < LIMITS_ITSELF)
}
