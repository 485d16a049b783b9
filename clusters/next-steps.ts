import { join } from 'node:path'
import { type Manifests, WEBHOOKS_FILE } from './manifests.ts'

/** What was written, and what is left for the operator to do, in the order in which nothing is refused meanwhile. */
export function describeNextSteps(folder: string, { source, files, additions, serviceShimFlags }: Manifests): string {
  const written = files.map((file) => `wrote ${file}\n`)
  const apply = `  kubectl apply -f ${join(folder, WEBHOOKS_FILE)}\n`
  if (additions.flags.length === 0) {
    return [
      ...written,
      "\nStart the shim behind the Service; where the Service's targetPort is another, --port is the targetPort:\n",
      `  gatehouse shim ${serviceShimFlags.join(' ')}\n`,
      '\nOnce it answers behind its Service:\n',
      apply,
    ].join('')
  }
  return [
    ...written,
    `\nGive kube-apiserver ${additions.flags.length === 1 ? 'this flag' : 'these flags'}, and start it again:\n`,
    ...additions.flags.map((flag) => `  ${flag}\n`),
    '\nWhere its environment has HTTPS_PROXY, add to these lists:\n',
    ...Object.entries(additions.environment).map(([name, value]) => `  ${name}=${value}\n`),
    ...(source === 'static' ? STATIC_STEPS : ['\nOnce it runs with the flag, and the shim listens:\n', apply]),
  ].join('')
}

const STATIC_STEPS = [
  '\nIt reads the manifests by itself when they change. Start the shim with --static-manifests and this folder, and it writes\n',
  'them anew when its policies change; otherwise run this command again then.\n',
  '\nWhere the policies were API objects before, they are asked twice until you take those out:\n',
  '  kubectl delete --ignore-not-found validatingwebhookconfiguration,mutatingwebhookconfiguration gatehouse\n',
]
