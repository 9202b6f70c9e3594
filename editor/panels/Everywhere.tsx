// Ctrl-K on every page: flows and templates by name, the pages, colours, language. The canvas adds its own commands to the same list.
import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import {
  IconDeviceTv,
  IconLanguage,
  IconLayoutGrid,
  IconLogout,
  IconPlus,
  IconSchema,
  IconSun,
  type Icon,
} from '@tabler/icons-react'
import { go } from '../route.ts'
import { flowsQuery, templatesQuery, useRead } from '../queries.ts'
import { leave } from '../sign-in.ts'
import type { FlowSummary } from '../views.ts'
import { chooseLanguage, language, say } from '../words/say.ts'
import { bestOf, type Way } from './ways.ts'
import { Finder } from './Finder.tsx'
import { pages } from './Rail.tsx'

const to = (address: string) => () => go(address)

const pageWays = (): Way[] =>
  pages.map(({ id, address, label, icon }) => ({ id: `page-${id}`, label, text: say('Page'), icon, run: to(address) }))

const flowWays = (flows: readonly FlowSummary[]): Way[] =>
  flows.flatMap(({ id, name }) => [
    { id: `flow-${id}`, label: name, text: say('Flow'), icon: IconSchema, run: to(`/flows/${id}`) },
    {
      id: `watch-${id}`,
      label: say('Watch {name}', { name }),
      text: say('Flow'),
      icon: IconDeviceTv,
      run: to(`/watch/${id}`),
    },
  ])

const colours: readonly (readonly [MantineColorScheme, string])[] = [
  ['light', say('Light')],
  ['dark', say('Dark')],
  ['auto', say('As this device')],
]

function settingWays(setColours: (scheme: MantineColorScheme) => void): Way[] {
  const other = language() === 'zh' ? 'en' : 'zh'
  const setting = (id: string, label: string, icon: Icon, run: () => void): Way => ({
    id,
    label,
    text: say('Setting'),
    icon,
    run,
  })
  return [
    setting('new-flow', say('New flow'), IconPlus, to('/templates')),
    ...colours.map(([scheme, label]) =>
      setting(`colours-${scheme}`, say('Colours: {label}', { label }), IconSun, () => setColours(scheme)),
    ),
    {
      ...setting('language', other === 'zh' ? '中文' : 'English', IconLanguage, () => chooseLanguage(other)),
      said: `${say('Language')} ${other}`,
    },
    setting('sign-out', say('Sign out'), IconLogout, () => void leave()),
  ]
}

/** Everything one can go to or switch from any page. */
export function useWays(): readonly Way[] {
  const { setColorScheme } = useMantineColorScheme()
  const flows = useRead(flowsQuery).data ?? []
  const templates = useRead(templatesQuery(language())).data?.templates ?? []
  return [
    ...pageWays(),
    ...flowWays(flows),
    ...settingWays(setColorScheme),
    ...templates.map(({ id, title }) => ({
      id: `template-${id}`,
      label: title,
      text: say('Template'),
      icon: IconLayoutGrid,
      run: to(`/templates/${id}`),
    })),
  ]
}

/** The list, open. `own`: what this page can do, before everything else. */
export function Everywhere({ own = [], onClose }: { own?: readonly Way[]; onClose(): void }) {
  const ways = useWays()
  const all = [...own, ...ways]
  return (
    <Finder
      label={say('Every command')}
      placeholder={own.length > 0 ? say('What do you want to do?') : say('Where to, or what to do?')}
      none={say('Nothing here is called that.')}
      find={(words) =>
        bestOf(all, words).map(({ id, label, text, icon: Found, keys, isOff }) => ({
          id,
          label,
          ...(text === undefined ? {} : { text }),
          icon: <Found size={18} stroke={1.75} aria-hidden />,
          ...(keys === undefined ? {} : { keys }),
          ...(isOff === undefined ? {} : { isOff }),
        }))
      }
      onClose={onClose}
      onChoose={(id) => {
        onClose()
        void all.find((way) => way.id === id)?.run()
      }}
    />
  )
}
