/** Every host capability of Kubewarden that a policy has to be granted, as `<namespace>/<operation>`. */
export const CAPABILITIES: readonly string[] = [
  'oci/v1/verify',
  'oci/v1/manifest_digest',
  'oci/v1/oci_manifest',
  'oci/v1/oci_manifest_config',
  'oci/v2/verify',
  'net/v1/dns_lookup_host',
  'crypto/v1/is_certificate_trusted',
  'kubernetes/list_resources_by_namespace',
  'kubernetes/list_resources_all',
  'kubernetes/get_resource',
  'kubernetes/can_i',
]

/** The segments that may follow a path: `v1`, `v2` after `oci`; none after a capability. */
export function segmentsAfter(path: readonly string[]): string[] {
  const prefix = path.map((segment) => `${segment}/`).join('')
  const following = CAPABILITIES.filter((capability) => capability.startsWith(prefix))
  return [...new Set(following.map((capability) => capability.slice(prefix.length).split('/')[0] ?? ''))]
}
