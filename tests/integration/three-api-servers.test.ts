import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { clusterLayout, type MemberLayout, memberLayout } from '../../clusters/local/layout.ts'
import { shimProcess } from '../../clusters/local/shim.ts'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { waitUntilInForce } from '../../clusters/webhooks/wait-in-force.ts'
import { readLoadedHash } from '../../clusters/webhooks/wait-static-in-force.ts'
import { hashStaticManifest } from '../../plugin/static-manifests.ts'
import { WEBHOOK_SOURCES } from '../../plugin/webhook-source.ts'
import { parseBundle } from '../../shim/tls/bundle.ts'
import { beginRotation, confirmByHand, describeCertificates } from '../../shim/tls/operate-authority.ts'
import { programFiles } from '../../util/package-root.ts'
import { type Api, connectApi } from '../helpers/api.ts'
import { buildAnsweringGuest, buildGuest } from '../helpers/guests.ts'
import { replaceFile } from '../helpers/reloads.ts'
import { startProcess } from '../helpers/shim-process.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'
import { writePolicies } from '../helpers/test-cluster.ts'
import { until } from '../helpers/until.ts'
import { ask, startVerdictLoad, type Told } from '../helpers/verdict-load.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }]
const OBJECT = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse'
const GUESTS = {
  allowing: buildGuest('accept'),
  denying: buildAnsweringGuest('{"valid":true,"accepted":false,"message":"no more"}'),
}
const VERDICTS = { allowing: 'allowed', denying: 'denied: no more' } as const
type SetName = keyof typeof VERDICTS

/** A time in which every API server has to answer by one set. */
interface Epoch {
  readonly set: SetName
  readonly from: number
  to: number
}

t.setTimeout(300_000)

for (const webhooks of WEBHOOK_SOURCES) {
  t.test(
    `three API servers, three shims, one etcd (${webhooks}): nothing fails while everything changes`,
    async (t) => {
      const folder = makeShortFolder(t)
      const policies = writePolicies(folder, { gate: { module: 'gate.wasm', rules: RULES } })
      const write = (set: SetName) => replaceFile(join(folder, 'gate.wasm'), GUESTS[set])
      write('allowing')
      const folders = { stateFolder: join(folder, 'state'), runtimeFolder: join(folder, 'run') }
      const wasmPolicies = { policies, defaultExclusions: true, webhooks }
      const cluster = await startLocalCluster({ name: 'three', apiServers: 3, wasmPolicies, ...folders })
      t.teardown(() => cluster[Symbol.asyncDispose]())
      const { kubernetesVersion } = cluster
      const layout = clusterLayout('three', folders.stateFolder, folders.runtimeFolder)
      const apis = await Promise.all(cluster.members.map(({ kubeconfig }) => connectApi(kubeconfig)))
      const load = await startVerdictLoad(apis)

      const epochs: Epoch[] = []
      const begin = (set: SetName) => epochs.push({ set, from: performance.now(), to: Number.POSITIVE_INFINITY })
      const change = async (set: SetName, meanwhile?: () => Promise<void>) => {
        for (const epoch of epochs.slice(-1)) epoch.to = performance.now()
        write(set)
        await meanwhile?.()
        await until(async () =>
          (await Promise.all(apis.map((api) => ask(api)))).every((said) => said === VERDICTS[set]),
        )
        begin(set)
        await load.goOn(10)
      }
      begin('allowing')
      await load.goOn(10)
      await change('denying')

      const { args } = shimProcess(memberLayout(layout, 1), wasmPolicies, { webhooks, kubernetesVersion })
      const successor = startProcess(t, {
        policies: {},
        flags: ['--takeover', ...args.slice(programFiles().length + 1)],
      })
      await successor.wrote(' ready ')
      await load.goOn(10)
      await change('allowing')

      const second = memberLayout(layout, 2)
      const options = { folder: second.certificates }
      await beginRotation(options)
      await (webhooks === 'static' ? untilManifestIsInForce(second, apis[1]) : untilObjectIsInForce(apis))
      await confirmByHand(options)
      await until(async () => (await describeCertificates(options)).rotation.kind === 'await-retirement')
      await load.goOn(10)

      const awayFrom = performance.now()
      await cluster.stopApiServer(3)
      await change('denying', () => cluster.startApiServer(3))
      const awayTo = performance.now()
      await change('allowing')

      const told = await load.stop()
      // its clients lose their connections, and are told that it is about to stop
      const wasAway = ({ member, startedAt, endedAt, said }: Told) =>
        member === 3 && endedAt >= awayFrom && startedAt <= awayTo && !/webhook|policy/.test(said)
      const verdicts = new Set<string>(Object.values(VERDICTS))
      t.strictSame(
        told.filter((one) => !verdicts.has(one.said) && !wasAway(one)),
        [],
        'no request failed for a reason of ours',
      )
      const isOutdated = ({ startedAt, endedAt, said }: Told) =>
        epochs.some(({ set, from, to }) => startedAt >= from && endedAt <= to && said !== VERDICTS[set])
      t.strictSame(
        told.filter((one) => verdicts.has(one.said) && isOutdated(one)),
        [],
        'none was decided by a set that was replaced everywhere',
      )
      t.comment(`${told.length} requests, ${told.filter(wasAway).length} of them while an API server was away`)
    },
  )
}

/** Until the API server acts on the manifest with two authorities. */
async function untilManifestIsInForce({ staticManifests }: MemberLayout, api: Api | undefined): Promise<void> {
  await until(async () => {
    const manifest = readFileSync(join(staticManifests, 'validating/gatehouse.yaml'), 'utf8')
    const metrics = (await api?.call('GET', '/metrics'))?.text ?? ''
    const hash = readLoadedHash(metrics, 'ValidatingAdmissionWebhook')
    return countAuthorities(/caBundle: (\S+)/.exec(manifest)?.[1]) === 2 && hash === hashStaticManifest(manifest)
  })
}

/** Until all API servers act on the object with one more authority than there are shims. */
async function untilObjectIsInForce(apis: readonly Api[]): Promise<void> {
  await until(async () => {
    const object = (await apis[0]?.call('GET', OBJECT))?.text ?? ''
    return countAuthorities(/"caBundle":"([^"]+)"/.exec(object)?.[1]) === 4
  })
  await waitUntilInForce(apis.map(({ kubeConfig }) => kubeConfig))
}

function countAuthorities(base64 = ''): number {
  return parseBundle(Buffer.from(base64, 'base64').toString()).length
}
