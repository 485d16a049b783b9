import * as z from 'zod'
import { fields } from '../../util/schema/fields.ts'
import { normaliseHost } from './host.ts'
import { parseProxyUrl } from './proxy-url.ts'

const host = z.string().refine((text) => normaliseHost(text) !== undefined, {
  error: ({ input }) => `is ${JSON.stringify(input)}; must be host or host:port, without a scheme or a path`,
})

const proxyUrl = z.string().superRefine((text, context) => {
  const parsed = parseProxyUrl(text)
  if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed })
})

const authority = fields(
  {
    type: z.enum(['Path', 'Data']),
    path: z.string().min(1).exactOptional(),
    data: z.string().min(1).exactOptional(),
  },
  {
    unknown: 'ignore',
    check({ type, path, data }, report) {
      if (type === 'Path' && path === undefined) report('path', 'is missing; an authority of type Path names a file')
      if (type === 'Data' && data === undefined) report('data', 'is missing; an authority of type Data holds PEM')
    },
  },
)

/** https://docs.kubewarden.io/howtos/custom-certificate-authorities and its neighbours */
export const sourcesSchema = fields(
  {
    insecure_sources: z.array(host).default([]),
    source_authorities: z.record(host, z.array(authority)).default({}),
    proxies: fields(
      {
        http_proxy: proxyUrl.exactOptional(),
        https_proxy: proxyUrl.exactOptional(),
        no_proxy: z.string().exactOptional(),
      },
      { unknown: 'ignore' },
    ).default({}),
  },
  { unknown: 'ignore' },
)

export type SourcesFile = z.output<typeof sourcesSchema>
