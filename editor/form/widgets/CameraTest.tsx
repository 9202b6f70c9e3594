// "Test the camera": one try, answered with a picture and its facts, or with what is wrong in words.
import { Button } from '@mantine/core'
import { IconPhotoSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { ApiError, api } from '../../api.ts'
import type { CameraReport } from '../../views.ts'
import { clock } from '../../words.ts'
import { say } from '../../words/say.ts'

function Facts({ report }: { report: Extract<CameraReport, { ok: true }> }) {
  const source =
    report.snapshot.startsWith('data:') || report.snapshot.startsWith('/')
      ? report.snapshot
      : `data:image/jpeg;base64,${report.snapshot}`
  const length = report.durationS === null ? say('live') : say('{when} long', { when: clock(report.durationS) })
  return (
    <div className="notice" data-tone="ok" style={{ marginTop: 8 }}>
      <img
        src={source}
        alt={say('What the camera sees now')}
        style={{ width: '100%', borderRadius: 6, display: 'block', marginBottom: 8 }}
      />
      {say('It works: {width}×{height}, {fps} pictures a second, {codec}, {length}.', {
        width: report.width,
        height: report.height,
        fps: Number(report.fps.toFixed(1)),
        codec: report.codec,
        length,
      })}
    </div>
  )
}

/** So long after the last letter the camera is asked: nobody wants a call for each of them. */
const typedMs = 1200

/** The address, once it is one; a name that is half typed is not called. */
export function addressOf({ kind, url }: Record<string, unknown>): string | null {
  if ((kind !== 'url' && kind !== 'rtsp') || typeof url !== 'string' || url.includes('***')) return null
  const parsed = URL.parse(url.trim())
  return parsed && /^(?:https?|rtsps?):$/.test(parsed.protocol) && /\.[^.]+$|^localhost$|\]$/.test(parsed.hostname)
    ? parsed.href
    : null
}

/** Calls `test` a moment after another address was typed. */
function useTyped(address: string | null, test: () => Promise<void>): void {
  const known = useRef(address)
  const latest = useRef(test)
  latest.current = test
  useEffect(() => {
    if (address === known.current) return
    known.current = address
    if (address === null) return
    const timer = setTimeout(() => void latest.current(), typedMs)
    return () => clearTimeout(timer)
  }, [address])
}

/** The button and its answer; once an address is typed, the answer comes by itself. */
export function CameraTest({
  config,
  owner,
}: {
  config: Record<string, unknown>
  owner?: { flow: string; node: string }
}) {
  const [report, setReport] = useState<CameraReport | null>(null)
  const [isTesting, setTesting] = useState(false)
  const test = async (): Promise<void> => {
    setTesting(true)
    setReport(null)
    try {
      setReport(await api.testCamera(config, owner))
    } catch (error) {
      setReport({
        ok: false,
        code: error instanceof ApiError ? error.code : '',
        message: error instanceof Error ? error.message : String(error),
      })
    } finally {
      setTesting(false)
    }
  }
  useTyped(addressOf(config), test)
  return (
    <div>
      <Button
        variant="default"
        size="xs"
        mt={8}
        loading={isTesting}
        onClick={() => void test()}
        data-testid="camera-test"
        leftSection={<IconPhotoSearch size={16} aria-hidden />}
      >
        {say('Test the camera')}
      </Button>
      <div role="status">
        {report?.ok === true && <Facts report={report} />}
        {report?.ok === false && (
          <div className="notice" data-tone="bad" style={{ marginTop: 8 }} data-testid="camera-test-failed">
            {report.message}
          </div>
        )}
      </div>
    </div>
  )
}
