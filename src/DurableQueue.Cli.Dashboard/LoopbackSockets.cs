using System.Net;
using System.Net.Sockets;

namespace DurableQueue.Cli.Dashboard;

/// <summary>One port of this machine that no other machine reaches, on 127.0.0.1 and, where there is one, on [::1].</summary>
internal sealed class LoopbackSockets
{
    private const int Tries = 20;

    private readonly List<Socket> sockets;

    private LoopbackSockets(List<Socket> sockets) => this.sockets = sockets;

    public IReadOnlyList<IPEndPoint> EndPoints => [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];

    public int Port => EndPoints[0].Port;

    /// <param name="port">0 for any that is free on both.</param>
    /// <exception cref="SocketException">The port is in use, or may not be used.</exception>
    public static LoopbackSockets Bind(int port)
    {
        for (var tries = 1; ; tries++)
        {
            var sockets = new List<Socket> { BindOne(IPAddress.Loopback, port) };
            try
            {
                sockets.Add(BindOne(IPAddress.IPv6Loopback, ((IPEndPoint)sockets[0].LocalEndPoint!).Port));
                return new LoopbackSockets(sockets);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported)
            {
                return new LoopbackSockets(sockets);
            }
            catch (SocketException)
            {
                sockets[0].Dispose();
                if (port != 0 || tries >= Tries)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The socket of an address, bound. The caller owns it.</summary>
    public Socket Take(EndPoint endPoint) => sockets.Single(socket => endPoint.Equals(socket.LocalEndPoint));

    private static Socket BindOne(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
