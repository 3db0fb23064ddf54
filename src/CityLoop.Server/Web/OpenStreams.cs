using System.Collections.Concurrent;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Web;

/// <summary>How many live streams are open, by person and in all, so that nobody takes them from everybody.</summary>
sealed class OpenStreams(int most, int mostOfPerson)
{
    /// <summary>A stream costs some kilobytes and a look at the books now and then.</summary>
    public const int Most = 5_000;

    /// <summary>A phone, a tablet, a desk and a tab that was forgotten on each of two.</summary>
    public const int MostOfPerson = 5;

    readonly ConcurrentDictionary<PersonId, int> _ofPerson = new();
    int _open;

    public enum Outcome { Opened, PersonHasMost, CityHasMost }

    /// <summary>Takes a place; whoever disposes of it gives it back.</summary>
    public Outcome TryOpen(PersonId person, out IDisposable? place)
    {
        place = null;
        if (_ofPerson.AddOrUpdate(person, 1, (_, open) => open + 1) > mostOfPerson)
        {
            Leave(person);
            return Outcome.PersonHasMost;
        }

        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            Leave(person);
            return Outcome.CityHasMost;
        }

        place = new Place(this, person);
        return Outcome.Opened;
    }

    void Leave(PersonId person)
    {
        if (_ofPerson.AddOrUpdate(person, 0, (_, open) => open - 1) == 0)
            _ofPerson.TryRemove(KeyValuePair.Create(person, 0));
    }

    sealed class Place(OpenStreams streams, PersonId person) : IDisposable
    {
        int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 1)
                return;
            Interlocked.Decrement(ref streams._open);
            streams.Leave(person);
        }
    }
}
