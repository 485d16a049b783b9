import type { ContainerEngine } from '../../../containers/engine.ts'

/** testcontainers joins a reaper that runs, and that one waits for whoever else has joined it. */
export async function whyNoReaperOfOurs(engine: ContainerEngine): Promise<string | false> {
  const labels = '{{.Label "org.testcontainers.ryuk"}} {{.Label "TESTCONTAINERS_RYUK_TEST_LABEL"}}'
  const lines = (await engine.run(['ps', '--format', labels])).split('\n').map((line) => line.trim())
  return lines.includes('true') && 'another program of this machine runs a reaper of testcontainers'
}
