using Cistern.Dashboard;
using Cistern.Operations.Shared;
using Cistern.Tests.Journal;
using Cistern.Tests.WholeProgram;

namespace Cistern.Tests.Dashboard;

/// <summary>What servers on one store know of a replay of rejects that one of them runs.</summary>
public sealed class RejectReplayFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly MovedTime _time = new();

    private RejectReplayProgress Begun => new(_time.GetUtcNow(), null, 0, 0, 0, 0, 0, null);

    [Fact]
    public void A_second_replay_waits_for_the_end_of_the_first()
    {
        var (one, other) = (File(), File());

        Assert.Null(one.Read());
        Assert.True(one.TryBegin(Begun));
        Assert.False(other.TryBegin(Begun));
        one.Tell(Begun with { Rejects = 7, Rows = 5 });
        Assert.Equal((7L, 5L, null), (other.Read()!.Rejects, other.Read()!.Rows, other.Read()!.Ended));
        one.Tell(Begun with { Ended = _time.GetUtcNow(), Problem = "the server was stopped" });

        Assert.Equal("the server was stopped", other.Read()!.Problem);
        Assert.True(other.TryBegin(Begun));
    }

    [Fact]
    public void One_whose_server_fell_silent_has_ended()
    {
        Assert.True(File().TryBegin(Begun));

        _time.Forward = TimeSpan.FromSeconds(59);
        Assert.Null(File().Read()!.Ended);
        _time.Forward = TimeSpan.FromSeconds(62);

        Assert.Contains("the server that ran it ended", File().Read()!.Problem, StringComparison.Ordinal);
        Assert.True(File().TryBegin(Begun));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "rejects-replay.json"), "{");

        Assert.Contains("rejects-replay.json", Assert.Throws<IOException>(() => File().Read()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private RejectReplayFile File() => new(new LocalFolder(_folder), _time);
}
