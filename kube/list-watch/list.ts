import type { KubeClient, KubeObject } from '../requests/kube-client.ts'

export interface ListedObjects {
  readonly items: readonly KubeObject[]
  /** From where a watch goes on without a gap. */
  readonly resourceVersion: string
}

interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items?: readonly KubeObject[] | null
}

const PAGE_SIZE = '500'

/** Reads a whole collection, in pages, as it is at one moment. */
export async function listObjects(
  client: KubeClient,
  collection: Collection,
  signal: AbortSignal,
): Promise<ListedObjects> {
  const items: KubeObject[] = []
  let next = ''
  for (;;) {
    const query = { limit: PAGE_SIZE, ...(next !== '' && { continue: next }) }
    const page = await client.call<Page>({ path: pathOf(collection, query), timeoutMs: 30_000, signal })
    items.push(...(page.items ?? []))
    next = page.metadata.continue ?? ''
    if (next === '') return { items, resourceVersion: page.metadata.resourceVersion }
  }
}

export interface Collection {
  /** Such as `/api/v1/namespaces`. */
  readonly path: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** The collection's path with its selectors and these parameters. */
export function pathOf(
  { path, labelSelector, fieldSelector }: Collection,
  query: Readonly<Record<string, string>>,
): string {
  const selectors = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) }
  return `${path}?${new URLSearchParams({ ...selectors, ...query })}`
}
