// The first file that runs: `node cli/start.js <main> <argument...>`. It is JavaScript, since what strips the types from our
// sources takes longer to load than most commands run; where their compiled code is kept, it is not needed any more.
import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

// biome-ignore lint/style/noProcessEnv: as cacheFolder() of util/config.ts, which is not loaded yet
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gatehouse')
const folder = join(cache, 'compiled-code')
if (canBeKept()) enableCompileCache(folder)

// the command line as it would be without us
process.argv.splice(1, 1)
await import(pathToFileURL(process.argv[1]).href)

// Who can write into the folder can run code as us: it must be our own, and no link. Without it all is as before.
function canBeKept() {
  try {
    makeFolder(folder)
    return isOurs(folder, 0o022) && isOurs(cache, 0o002)
  } catch {
    // no home folder, or a disk that takes nothing
    return false
  }
}

function isOurs(path, forbiddenMode) {
  const { uid, mode } = lstatSync(path)
  return uid === process.getuid() && (mode & forbiddenMode) === 0
}

// Node's own recursive mkdir never returns below some folders, such as /proc.
function makeFolder(path) {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if (error.code === 'EEXIST') return
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path, 0o700)
  }
}
