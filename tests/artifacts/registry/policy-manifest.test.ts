import t from 'tap'
import { digestOf } from '../../../artifacts/digest.ts'
import { toManifestAnnotations, writePolicyManifest } from '../../../artifacts/registry/policy-manifest.ts'

t.test('the manifest of a policy is what Kubewarden writes', async (t) => {
  const module = new TextEncoder().encode('\0asm')
  const annotations = { 'io.kubewarden.policy.title': 'x' }
  t.strictSame(JSON.parse(Buffer.from(writePolicyManifest(module, annotations)).toString()), {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.wasm.config.v1+json',
      digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      size: 2,
    },
    layers: [{ mediaType: 'application/vnd.wasm.content.layer.v1+wasm', digest: digestOf(module), size: 4 }],
    annotations,
  })
  t.notOk('annotations' in JSON.parse(Buffer.from(writePolicyManifest(module, {})).toString()))
})

t.test('single lines become annotations, trimmed, and the source has its OCI name too', async (t) => {
  const annotations = {
    'io.kubewarden.policy.title': ' x \n',
    'io.kubewarden.policy.description': 'one\ntwo',
    'io.kubewarden.policy.source': 'https://source.test',
  }
  t.strictSame(toManifestAnnotations(annotations), {
    'io.kubewarden.policy.title': 'x',
    'io.kubewarden.policy.source': 'https://source.test',
    'org.opencontainers.image.source': 'https://source.test',
  })
})
