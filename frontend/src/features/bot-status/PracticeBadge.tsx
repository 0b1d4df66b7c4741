import { Code, List, Popover, Text, UnstyledButton } from "@mantine/core";
import { IconSchool } from "@tabler/icons-react";
import { useSessionStatus } from "@/api/requests/get-session-status";
import { ToneLabel } from "@/components/ToneLabel";

/** Says that the jobs are pretend, and how to use one's own account; nothing where the portal is the real one. */
export function PracticeBadge() {
  const { data: session } = useSessionStatus();
  if (session?.practice_mode !== true) return null;
  return (
    <Popover width={340} position="bottom-end">
      <Popover.Target>
        <UnstyledButton aria-label="Practice mode: what does that mean?">
          <ToneLabel tone="warn" icon={IconSchool}>
            Practice<span className="wide-only"> mode</span>
          </ToneLabel>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text fw={600}>The jobs here are pretend</Text>
        <Text size="sm" mt={4}>
          A simulator plays the portal, so that you can watch the bot at work and try every button. Nothing is accepted
          for real.
        </Text>
        <Text fw={600} mt="sm">
          To use your own account
        </Text>
        <List type="ordered" size="sm" mt={4} spacing={4}>
          <List.Item>
            Stop the system: press <Code>Ctrl-C</Code> in its terminal.
          </List.Item>
          <List.Item>
            Copy <Code>.env.example</Code> to <Code>.env</Code> and write your portal&apos;s e-mail address and password
            there, as <Code>ATOZ_USERNAME</Code> and <Code>ATOZ_PASSWORD</Code>.
          </List.Item>
          <List.Item>
            Start the system again with <Code>./start_system.sh</Code>. The bot waits until you press Start.
          </List.Item>
        </List>
      </Popover.Dropdown>
    </Popover>
  );
}
