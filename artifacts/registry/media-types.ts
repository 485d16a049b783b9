/** What Kubewarden's policies consist of in a registry. */
export const WASM_LAYER = 'application/vnd.wasm.content.layer.v1+wasm'
export const WASM_CONFIG = 'application/vnd.wasm.config.v1+json'

/** https://github.com/opencontainers/image-spec/blob/main/media-types.md */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'

/** The same in Docker's own words: https://distribution.github.io/distribution/spec/manifest-v2-2 */
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'

export const MANIFESTS: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST]
export const INDEXES: readonly string[] = [OCI_INDEX, DOCKER_LIST]
