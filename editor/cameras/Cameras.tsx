// The page of cameras: what each sees, how it does, who uses it; to add one, many, or those found in the network.
import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconCamera, IconFileSpreadsheet, IconPlus, IconRadar2, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Empty, Page, Skeletons } from '../panels/Page.tsx'
import { say } from '../words/say.ts'
import { CameraForm } from './CameraForm.tsx'
import { CameraList } from './CameraList.tsx'
import { CameraTile } from './CameraTile.tsx'
import { Discover } from './Discover.tsx'
import './cameras.css'
import { camerasQuery, useRead } from '../queries.ts'

type Open =
  | { what: 'one'; name: string }
  | { what: 'new'; start?: { name: string; url: string } }
  | { what: 'list' | 'network' }
  | null

const againMs = 10_000

function SidePanel({ title, onClose, children }: { title: string; onClose(): void; children: ReactNode }) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // After a menu has given the keyboard back to its button: whoever opened the panel goes on in it.
    const timer = setTimeout(() => panel.current?.focus({ preventScroll: true }), 50)
    return () => clearTimeout(timer)
  }, [title])
  return (
    <aside ref={panel} tabIndex={-1} className="side-panel surface" aria-label={title} data-testid="camera-panel">
      <div className="inspector-head">
        <h2 className="clip-text">{title}</h2>
        <ActionIcon variant="subtle" size="lg" aria-label={say('Close')} onClick={onClose}>
          <IconX size={18} />
        </ActionIcon>
      </div>
      <div className="stack side-panel-body">{children}</div>
    </aside>
  )
}

function AddMenu({ onOpen }: { onOpen(open: Open): void }) {
  return (
    <Menu position="bottom-end" width={280} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button leftSection={<IconPlus size={18} aria-hidden />} data-testid="camera-add">
          {say('Add a camera')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconCamera size={20} />}
          onClick={() => onOpen({ what: 'new' })}
          data-testid="camera-add-one"
        >
          {say('By its address')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconRadar2 size={20} />}
          onClick={() => onOpen({ what: 'network' })}
          data-testid="camera-add-network"
        >
          {say('Look in the network')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileSpreadsheet size={20} />}
          onClick={() => onOpen({ what: 'list' })}
          data-testid="camera-add-many"
        >
          {say('Many, from a list')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function Panel({ open, onOpen }: { open: NonNullable<Open>; onOpen(open: Open): void }) {
  const { data: cameras } = useRead(camerasQuery)
  const close = (): void => onOpen(null)
  if (open.what === 'list')
    return (
      <SidePanel title={say('Many cameras')} onClose={close}>
        <CameraList onDone={close} />
      </SidePanel>
    )
  if (open.what === 'network')
    return (
      <SidePanel title={say('Cameras in the network')} onClose={close}>
        <Discover onChoose={(start) => onOpen({ what: 'new', start })} />
      </SidePanel>
    )
  const existing = open.what === 'one' ? cameras?.find(({ name }) => name === open.name) : undefined
  if (open.what === 'one' && !existing) return null
  const key = existing?.name ?? (open.what === 'new' ? (open.start?.url ?? '') : '')
  return (
    <SidePanel title={existing?.name ?? say('New camera')} onClose={close}>
      <CameraForm
        key={key}
        existing={existing}
        start={open.what === 'new' ? open.start : undefined}
        onDone={(name) => onOpen(name === null ? null : { what: 'one', name })}
      />
    </SidePanel>
  )
}

/** The page. */
export function Cameras() {
  const { data: cameras, failure: error } = useRead({ ...camerasQuery, refetchInterval: againMs })
  const [open, setOpen] = useState<Open>(null)
  return (
    <Page title={say('Cameras')} isWide aside={<AddMenu onOpen={setOpen} />}>
      {error !== null && (
        <div className="notice" data-tone="warn" role="alert">
          {cameras ? say('This list may be old: {error}', { error }) : error}
        </div>
      )}
      <div className="with-side" data-open={open !== null || undefined}>
        {cameras === null ? (
          error === null && <Skeletons count={2} height={200} />
        ) : cameras.length === 0 ? (
          <Empty icon={<IconCamera size={40} stroke={1.25} aria-hidden />}>
            {say('No camera yet. Add one by its address, look for those in your network, or bring a list.')}
          </Empty>
        ) : (
          <div className="camera-wall connection-list">
            {cameras.map((camera) => (
              <CameraTile
                key={camera.id}
                camera={camera}
                isOpen={open?.what === 'one' && open.name === camera.name}
                onOpen={() => setOpen({ what: 'one', name: camera.name })}
              />
            ))}
          </div>
        )}
        {open && <Panel open={open} onOpen={setOpen} />}
      </div>
    </Page>
  )
}
