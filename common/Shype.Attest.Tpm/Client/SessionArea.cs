using System.Buffers.Binary;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>The sessions of one command, each with its role: the first ones authorise handles in their order, further ones protect and encrypt.</summary>
internal sealed class SessionArea
{
    private readonly TpmSession[] _sessions;
    private readonly SessionUse[] _uses;
    private readonly int _encryptsCommand;
    private readonly int _encryptsResponse;

    private SessionArea(TpmSession[] sessions, int authorized, ReadOnlySpan<TpmName> names, bool sendsSized, bool returnsSized)
    {
        _sessions = sessions;
        _uses = new SessionUse[sessions.Length];
        // One session encrypts each way: the first that is asked to (Part 1, 21.1).
        _encryptsCommand = sendsSized ? Array.FindIndex(sessions, session => session.EncryptsCommand) : None;
        _encryptsResponse = returnsSized ? Array.FindIndex(sessions, session => session.EncryptsResponse) : None;
        for (var i = 0; i < sessions.Length; i++)
        {
            sessions[i].Begin();
            var attributes = SessionAttributes.ContinueSession
                | (i == _encryptsCommand ? SessionAttributes.Decrypt : SessionAttributes.None)
                | (i == _encryptsResponse ? SessionAttributes.Encrypt : SessionAttributes.None);
            _uses[i] = new SessionUse(i < authorized && !names.IsEmpty ? names[i] : null, attributes, i == 0 ? NoncesOfOthers() : []);
        }
    }

    public bool IsEmpty => _sessions.Length == 0;

    /// <summary>The sessions given, with an empty password for each handle that none is given for.</summary>
    /// <param name="command">The command.</param>
    /// <param name="given">The sessions.</param>
    /// <param name="names">The names of the command's handles; may be empty where no session covers them.</param>
    public static SessionArea For<TResponse>(ITpmCommand<TResponse> command, ReadOnlySpan<TpmSession> given, ReadOnlySpan<TpmName> names)
    {
        var all = new TpmSession[Math.Max(given.Length, command.AuthorizedHandles)];
        if (all.Length > WireLimits.MaxSessions)
        {
            throw new ArgumentException($"{command.Code.ToText()} has {all.Length} sessions; {WireLimits.MaxSessions} are allowed", nameof(given));
        }

        all.AsSpan(given.Length).Fill(PasswordSession.Empty);
        given.CopyTo(all);
        return new SessionArea(all, command.AuthorizedHandles, names, command.SendsSized, command.ReturnsSized);
    }

    /// <summary>Encrypts the command's first parameter where a session is asked to.</summary>
    public void EncryptCommand(Span<byte> parameters)
    {
        if (_encryptsCommand != None)
        {
            _sessions[_encryptsCommand].EncryptCommand(parameters[sizeof(ushort)..SizedEnd(parameters)], _uses[_encryptsCommand]);
        }
    }

    /// <summary>Decrypts the response's first parameter where a session was asked to; the parameters were checked by its HMAC.</summary>
    public void DecryptResponse(Span<byte> parameters)
    {
        if (_encryptsResponse != None && parameters.Length >= sizeof(ushort) && SizedEnd(parameters) is var end && end <= parameters.Length)
        {
            _sessions[_encryptsResponse].DecryptResponse(parameters[sizeof(ushort)..end], _uses[_encryptsResponse]);
        }
    }

    /// <summary>Writes the authorisation area with its size.</summary>
    public void Write(ref TpmWriter writer, CommandContent content)
    {
        var start = writer.Length;
        writer.WriteUInt32(0);
        for (var i = 0; i < _sessions.Length; i++)
        {
            _sessions[i].Authorize(ref writer, _uses[i], content);
        }

        writer.Patch(start, (uint)(writer.Length - start - sizeof(uint)));
    }

    /// <summary>Reads the response's authorisation area; the number of the first session, from 1, whose HMAC is wrong, or 0.</summary>
    public int Check(ref TpmReader reader, ResponseContent content)
    {
        for (var i = 0; i < _sessions.Length; i++)
        {
            if (!_sessions[i].Check(ref reader, _uses[i], content))
            {
                return i + 1;
            }
        }

        return 0;
    }

    private byte[] NoncesOfOthers()
    {
        byte[] decrypting = _encryptsCommand > 0 ? NonceOf(_encryptsCommand) : [];
        return _encryptsResponse > 0 && _encryptsResponse != _encryptsCommand ? [.. decrypting, .. NonceOf(_encryptsResponse)] : decrypting;
    }

    private byte[] NonceOf(int session) => ((KeyedSession)_sessions[session]).NonceTpm;

    private static int SizedEnd(ReadOnlySpan<byte> parameters) => sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(parameters);

    private const int None = -1;
}
