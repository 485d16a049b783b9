type Environment = Readonly<Record<string, string | undefined>>

/** Whether this machine is one that is thrown away after a test run, so that programs may be installed without a question. */
export function isContinuousIntegration(env: Environment = process.env): boolean {
  return env['CI'] === 'true' || env['CI'] === '1'
}
