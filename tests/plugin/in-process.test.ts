import { readFileSync } from 'node:fs'
import t from 'tap'
import { entryExclusions } from '../../plugin/exclusions.ts'
import { webhookName } from '../../plugin/webhook-name.ts'
import type { WebhookPolicy } from '../../plugin/webhook-policy.ts'

const FILE = 'plugin/in-process/internal/hooks/testdata/as-webhooks.json'

// Its own tests read the same file.
t.test('the plugin in process calls policies, and spares requests, as the generated webhooks do', async (t) => {
  const { names, exclusions } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    readonly names: Readonly<Record<string, string>>
    readonly exclusions: readonly { readonly entry: WebhookPolicy; readonly leaves: unknown }[]
  }
  for (const [id, name] of Object.entries(names)) t.equal(webhookName(id), name)
  const options = { exclusions: 'default', kubernetesVersion: '1.37' } as const
  for (const { entry, leaves } of exclusions) t.strictSame(entryExclusions(entry, options), leaves)
})
