type Environment = Readonly<Record<string, string | undefined>>

/** Whether this machine is one that is thrown away after a test run, so that programs may be installed without a question. */
export function isContinuousIntegration(env: Environment = process.env): boolean {
  return env['CI'] === 'true' || env['CI'] === '1'
}

/** The engine that kind is told to use, by its own variable. https://kind.sigs.k8s.io/docs/user/quick-start/#settings */
export function chosenEngine(env: Environment = process.env): string | undefined {
  return env['KIND_EXPERIMENTAL_PROVIDER'] || undefined
}
