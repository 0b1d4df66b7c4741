import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { LiveContext } from "@/api/live/context";
import { LiveSocket } from "@/api/live/socket";
import { createQueryClient } from "@/api/query-client";
import { handleLive } from "./handle-live";
import { cssVariablesResolver, theme } from "./theme/theme";

/** What every page needs: the theme, the query cache, the websocket. */
export function Providers({ children }: { readonly children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [socket] = useState(() => new LiveSocket(websocketAddress(globalThis.location)));

  useEffect(() => {
    const stopHandling = handleLive(socket, queryClient);
    socket.start();
    return () => {
      stopHandling();
      socket.stop();
    };
  }, [socket, queryClient]);

  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <LiveContext value={socket}>{children}</LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function websocketAddress({ protocol, host }: Location): string {
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws`;
}
