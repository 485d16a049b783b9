// Denies Services of types that are not wanted, and Services that take addresses of somebody else.

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']

/** What the policy says to a request. */
export function validate({ request, settings }, host) {
  if (request.kind.group !== '' || request.kind.kind !== 'Service') {
    throw new Error(`only Services can be judged, not ${request.kind.kind}`)
  }
  const isWritten = ['CREATE', 'UPDATE'].includes(request.operation) && request.subResource === undefined
  if (!isWritten || request.object.metadata.deletionTimestamp !== undefined) return { accepted: true }
  const { denied, external } = read(settings)
  const { type = 'ClusterIP', externalIPs = [] } = request.object.spec
  const faults = [
    ...(denied.includes(type) ? [`Services of type ${type} are not wanted`] : []),
    ...externalIPs.filter((address) => !external.includes(address)).map((address) => `${address} is not to be taken`),
  ]
  if (faults.length > 0) return { accepted: false, message: faults.join('; ') }
  if (externalIPs.length > 0) host.log('INFO', 'a Service takes external addresses', { externalIPs })
  return { accepted: true }
}

/** Whether the settings are such. */
export function validateSettings(settings) {
  const faults = findFaults(settings)
  return faults.length === 0 ? { valid: true } : { valid: false, message: faults.join('; ') }
}

function findFaults(settings) {
  const { denied_types: denied = [], external_ips: external = [], ...unknown } = settings
  if (!Array.isArray(denied)) return ['denied_types: must be a list']
  if (!Array.isArray(external)) return ['external_ips: must be a list']
  return [
    ...Object.keys(unknown).map((name) => `${name} is not known`),
    ...denied.filter((type) => !TYPES.includes(type)).map((type) => `denied_types: ${type} is not a type`),
    ...external.filter((address) => typeof address !== 'string').map((it) => `external_ips: ${it} is not an address`),
  ]
}

function read(settings) {
  const faults = findFaults(settings)
  if (faults.length > 0) throw new Error(faults.join('; '))
  return { denied: settings.denied_types ?? [], external: settings.external_ips ?? [] }
}
