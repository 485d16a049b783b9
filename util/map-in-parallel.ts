/** Maps all items in order, so many of them at the same time. */
export async function mapInParallel<T, R>(
  items: readonly T[],
  parallel: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  // One iterator for all: each lane takes the next item as soon as it has finished one.
  const entries = items.entries()
  const lane = async () => {
    for (const [index, item] of entries) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  return results
}
