import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { IconBrightnessAuto, IconCheck, IconMoon, IconSun, type Icon } from "@tabler/icons-react";

interface Appearance {
  readonly scheme: MantineColorScheme;
  readonly label: string;
  readonly icon: Icon;
}

const APPEARANCES: readonly Appearance[] = [
  { scheme: "light", label: "Light", icon: IconSun },
  { scheme: "dark", label: "Dark", icon: IconMoon },
  { scheme: "auto", label: "As the computer is set", icon: IconBrightnessAuto },
];

/** Light or dark. */
export function AppearanceMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Shown = APPEARANCES.find(({ scheme }) => scheme === colorScheme)?.icon ?? IconBrightnessAuto;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Light or dark">
          <Shown size={20} stroke={1.8} color="var(--ink-soft)" aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {APPEARANCES.map(({ scheme, label, icon: IconOf }) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            leftSection={<IconOf size={18} stroke={1.8} aria-hidden />}
            rightSection={scheme === colorScheme ? <IconCheck size={16} aria-hidden /> : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
