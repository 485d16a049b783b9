import t from 'tap'
import { cacheFolder, runtimeFolder, stateFolder } from '../../util/config.ts'

t.test('folders follow the XDG variables', async (t) => {
  t.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/gatehouse')
  t.equal(stateFolder({ XDG_STATE_HOME: '/s' }), '/s/gatehouse')
  t.equal(runtimeFolder({ XDG_RUNTIME_DIR: '/r' }), '/r/gatehouse')
})

t.test('without them, or with empty ones, folders are in the home folder', async (t) => {
  t.match(cacheFolder({ XDG_CACHE_HOME: '' }), /\/\.cache\/gatehouse$/)
  t.match(stateFolder({}), /\/\.local\/state\/gatehouse$/)
})

t.test('without a runtime folder, sockets go to a folder that two users do not share', async (t) => {
  t.match(runtimeFolder({}), new RegExp(`/gatehouse-${process.getuid?.()}$`))
})
