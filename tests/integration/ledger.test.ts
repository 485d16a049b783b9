import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { writeManifests } from '../../clusters/manifests.ts'
import { askShim } from '../../shim/admin/admin-client.ts'
import { packageRoot, programFiles } from '../../util/package-root.ts'
import type { Api } from '../helpers/api.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { type LedgerSummary, startLedger, summarise } from '../helpers/ledger.ts'
import { SERVICE_HOST, startPolicyServer } from '../helpers/policy-server.ts'
import { HOST, send, writePolicies } from '../helpers/shim.ts'
import { until } from '../helpers/until.ts'

t.setTimeout(280_000)

const when = (label: string) => [{ pointer: `/object/metadata/labels/${label}`, exists: true }]
const POLICIES = {
  scripted: {
    guest: readFileSync(join(packageRoot(), 'policies/scripted/policy.wasm')),
    settings: {
      rules: [
        { when: when('deny'), deny: { message: 'label deny', code: 403 } },
        { when: when('slow'), fail: 'loop' },
      ],
    },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
    failurePolicy: 'Fail',
    timeoutEvalSeconds: 1,
  },
}

/** A stock API server with static manifests, a guarded shim beside it, and a policy server to fall back to. */
async function startRig(t: Test) {
  const controlPlane = await createControlPlane(t)
  const { folder } = controlPlane
  const place = (name: string) => join(folder, name)
  const [socket, certificates] = [place('run/s'), place('pki')]
  const policies = writePolicies(folder, POLICIES)
  const { additions } = await writeManifests(place('manifests'), {
    policies,
    certificateFolder: certificates,
    client: { host: HOST },
    socket,
    exclusions: 'default',
    kubernetesVersion: '1.37',
    existing: {},
  })
  const server = await startPolicyServer(t, POLICIES)
  const fallback = [`--fallback=https://${SERVICE_HOST}`, `--fallback-address=127.0.0.1:${server.port}`]
  const flags = [
    `--policies=${policies}`,
    `--socket=${socket}`,
    `--cert-dir=${certificates}`,
    '--workers=1',
    '--queue=4',
  ]
  const manifests = `--static-manifests=${place('manifests')}`
  const guard = startGuard(t, [
    ...flags,
    ...fallback,
    `--fallback-ca=${server.authority}`,
    manifests,
    '--kubernetes-version=1.37',
  ])
  const isReady = async () =>
    (await send({ socketPath: socket, path: '/readiness' }).catch(() => undefined))?.status === 200
  await until(isReady)
  const start = () => controlPlane.start({ flags: additions.flags })
  return {
    api: await start(),
    restartApiServer: start,
    socket,
    admin: place('run/admin.sock'),
    policies,
    isReady,
    ...guard,
  }
}

function startGuard(t: Test, flags: readonly string[]) {
  const guard: ChildProcess = spawn(process.execPath, [...programFiles(), 'guard', '--', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let written = ''
  guard.stderr?.on('data', (chunk) => (written += chunk))
  t.teardown(async () => {
    guard.kill('SIGTERM')
    await once(guard, 'close')
  })
  const pid = () => Number([...written.matchAll(/started the shim.*?shim=(\d+)/g)].at(-1)?.[1])
  return { signalShim: (signal: NodeJS.Signals) => process.kill(pid(), signal), pid, written: () => written }
}

function addSlow(api: Api) {
  const slow = { metadata: { generateName: 'slow-', labels: { slow: 'yes' } } }
  return api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', slow)
}

t.test('the ledger: creates under load, failurePolicy Fail, one fault after the other', async (t) => {
  const rig = await startRig(t)
  const ledger = startLedger(rig.api)
  const rows: Record<string, LedgerSummary> = {}
  const suffer = async (fault: string, act: () => Promise<unknown>) => {
    const from = performance.now()
    await act()
    await until(rig.isReady)
    await ledger.goOn(60)
    const row = summarise(ledger.lines, from, performance.now())
    rows[fault] = row
    t.comment(`${fault}: ${JSON.stringify(row)}`)
    t.equal(row.wronglyAllowed, 0, `${fault}: nothing is wrongly allowed`)
    t.equal(row.wronglyDenied, 0, `${fault}: nothing is wrongly denied`)
    return row
  }
  const expectNone = ({ refused, lost, reasons }: LedgerSummary, fault: string) =>
    t.strictSame({ refused, lost, reasons }, { refused: 0, lost: 0, reasons: [] }, `${fault}: nothing is refused`)

  await ledger.goOn(100)
  expectNone(await suffer('no fault', async () => {}), 'no fault')

  const killed = rig.pid()
  const kill = await suffer('kill -9', async () => {
    rig.signalShim('SIGKILL')
    await until(() => rig.pid() !== killed)
  })
  t.equal(kill.lost, 0)

  const paused = await suffer('SIGSTOP, SIGCONT', async () => {
    rig.signalShim('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 300))
    // the guard may have been quicker on a machine that was slow meanwhile
    if (rig.pid() > 0) rig.signalShim('SIGCONT')
  })
  t.equal(paused.lost, 0)

  const stopped = rig.pid()
  const stop = await suffer('SIGSTOP for good', async () => {
    rig.signalShim('SIGSTOP')
    await until(() => rig.pid() !== stopped)
  })
  t.equal(stop.lost, 0)

  const full = await suffer('queue full', async () => {
    await Promise.all(Array.from({ length: 5 }, () => addSlow(rig.api)))
  })
  expectNone(full, 'queue full')
  // short requests need no thread, so that it depends on their sizes whether any had to be passed on
  t.match((await askShim(rig.admin, 'GET /status')).fallback, { answered: Number, failed: 0 })

  expectNone(await suffer('socket deleted', async () => rmSync(rig.socket)), 'socket deleted')

  const text = readFileSync(rig.policies, 'utf8')
  const corrupt = await suffer('policies corrupted', async () => {
    writeFileSync(rig.policies, '{"scripted": {"module": 7')
    await until(async () => (await askShim(rig.admin, 'GET /status')).lastReload.refusal !== undefined)
    await ledger.goOn(60)
    writeFileSync(rig.policies, text)
  })
  expectNone(corrupt, 'policies corrupted')

  const before = rig.pid()
  const both = await suffer('kill -9, policies corrupted', async () => {
    writeFileSync(rig.policies, '{"scripted": {"module": 7')
    rig.signalShim('SIGKILL')
    await until(() => rig.pid() !== before)
    const { socket: socketPath } = rig
    await until(async () =>
      /could not load/.test((await send({ socketPath, path: '/readiness' }).catch(() => undefined))?.text ?? ''),
    )
    const from = performance.now()
    await ledger.goOn(100)
    expectNone(summarise(ledger.lines, from, performance.now()), 'without policies of its own, by the fallback')
    writeFileSync(rig.policies, text)
  })
  t.equal(both.lost, 0)

  const restarted = await suffer('API server restarted', () => rig.restartApiServer())
  t.equal(restarted.refused, 0, 'the API server itself answers nobody meanwhile, and refuses nobody afterwards')

  await ledger.stop()
  t.comment(`\n${toTable(rows)}`)
  // what a loaded machine stretches: twice what an idle one needs, and more
  for (const fault of ['kill -9', 'SIGSTOP, SIGCONT', 'SIGSTOP for good', 'kill -9, policies corrupted'])
    t.ok((rows[fault]?.refusalsMs ?? 0) < 10_000, `${fault}: refusals end by themselves`)
})

function toTable(rows: Readonly<Record<string, LedgerSummary>>): string {
  const head =
    '| fault | requests | wrongly allowed | wrongly denied | refused | over | last after | no answer |\n|---|---|---|---|---|---|---|---|'
  const lines = Object.entries(rows).map(
    ([fault, row]) =>
      `| ${fault} | ${row.requests} | ${row.wronglyAllowed} | ${row.wronglyDenied} | ${row.refused} | ${row.refusalsMs} ms | ${row.untilLastMs} ms | ${row.lost} |`,
  )
  return [head, ...lines].join('\n')
}
